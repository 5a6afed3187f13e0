#include "receiver/storage.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

namespace {

struct Fixture {
  Fixture() { write_file_atomically(outside, "precious"); }

  void put(const std::string& path, std::string_view text) {
    OutputFile file = storage.create(RelativePath(path));
    file.write(text);
    file.flush();
  }
  std::string get(const std::string& path) { return read_file(root() / path, 1000); }
  fs::path root() const { return dir.path(); }

  TempDir dir;
  TempDir elsewhere;
  fs::path outside = elsewhere.path() / "file";
  Storage storage{dir.path(), Storage::Lock::exclusive};
};

template <typename Action>
bool is_unsafe(Action&& action) {
  return error_code_of(std::forward<Action>(action)) == ErrorCode::unsafe_path;
}

}  // namespace

TEST_CASE("a storage must be a folder and has one receiver at a time") {
  const Fixture fixture;
  CHECK(error_code_of([&] {
          Storage{fixture.root() / "gone", Storage::Lock::none};
        }) == ErrorCode::usage);
  CHECK(error_code_of([&] { Storage{fixture.outside, Storage::Lock::none}; }) == ErrorCode::usage);
  CHECK(error_code_of([&] {
          Storage{fixture.root(), Storage::Lock::exclusive};
        }) == ErrorCode::busy);
  CHECK_FALSE(error_of([&] { Storage{fixture.root(), Storage::Lock::none}; }));
}

TEST_CASE("files are created with their folders and never replaced") {
  Fixture fixture;
  fixture.put("a/b/c.json", "1");
  CHECK(fixture.get("a/b/c.json") == "1");
  CHECK(error_code_of([&] { fixture.put("a/b/c.json", "2"); }) == ErrorCode::io);
  CHECK(fixture.get("a/b/c.json") == "1");
}

TEST_CASE("only regular files are listed and opened") {
  Fixture fixture;
  fixture.put("d/b", "22");
  fixture.put("d/a", "1");
  fs::create_directory(fixture.root() / "d/folder");
  fs::create_symlink(fixture.outside, fixture.root() / "d/link");
  const auto files = fixture.storage.files_in("d/");
  REQUIRE(files.size() == 2);
  CHECK(files[0].name == "a");
  CHECK(files[1].size_bytes == 2);
  CHECK(fixture.storage.files_in("none/").empty());
  CHECK_FALSE(fixture.storage.open(RelativePath("d/none")));
  CHECK_FALSE(fixture.storage.open(RelativePath("none/none")));
  CHECK(is_unsafe([&] { (void)fixture.storage.open(RelativePath("d/link")); }));
  CHECK(is_unsafe([&] { (void)fixture.storage.open(RelativePath("d/folder")); }));
  CHECK(fixture.storage.exists(RelativePath("d/link")));
}

TEST_CASE("no link on the way is followed") {
  Fixture fixture;
  fs::create_directory_symlink(fixture.elsewhere.path(), fixture.root() / "link");
  CHECK(is_unsafe([&] { fixture.put("link/new", "x"); }));
  CHECK(is_unsafe([&] { fixture.put("link/sub/new", "x"); }));
  CHECK(is_unsafe([&] { (void)fixture.storage.open(RelativePath("link/file")); }));
  CHECK(is_unsafe([&] { (void)fixture.storage.files_in("link/"); }));
  CHECK(is_unsafe([&] { fixture.storage.write_durably(RelativePath("link/new"), "x"); }));
  CHECK(is_unsafe([&] { fixture.storage.remove(RelativePath("link/file")); }));
  fixture.put("f", "x");
  CHECK(is_unsafe([&] { (void)fixture.storage.move(RelativePath("f"), RelativePath("link/f")); }));
  CHECK(read_file(fixture.outside, 100) == "precious");
  CHECK(std::distance(fs::directory_iterator(fixture.elsewhere.path()), fs::directory_iterator()) ==
        1);
}

TEST_CASE("a move replaces nothing") {
  Fixture fixture;
  fixture.put("a", "1");
  CHECK(fixture.storage.move(RelativePath("a"), RelativePath("x/y/a")) == Storage::Moved::yes);
  CHECK(fixture.get("x/y/a") == "1");
  fixture.put("b", "2");
  CHECK(fixture.storage.move(RelativePath("b"), RelativePath("x/y/a")) ==
        Storage::Moved::target_exists);
  CHECK(fixture.get("x/y/a") == "1");
  CHECK(fixture.get("b") == "2");
  fs::create_symlink(fixture.outside, fixture.root() / "l");
  CHECK(fixture.storage.move(RelativePath("b"), RelativePath("l")) ==
        Storage::Moved::target_exists);
  fixture.storage.move_durably(RelativePath("b"), RelativePath("x/y/a"));
  CHECK_FALSE(fs::exists(fixture.root() / "b"));
  CHECK(fixture.get("x/y/a") == "1");
}

TEST_CASE("what is written durably is whole and stays") {
  Fixture fixture;
  fixture.storage.write_durably(RelativePath("s/1.json"), "one");
  fixture.storage.write_durably(RelativePath("s/1.json"), "two");
  CHECK(fixture.get("s/1.json") == "one");
  CHECK(std::distance(fs::directory_iterator(fixture.root() / "s"), fs::directory_iterator()) == 1);
  const std::string longest(255, 'n');
  fixture.storage.write_durably(RelativePath(longest), "x");
  CHECK(fixture.get(longest) == "x");
}

TEST_CASE("a tree is removed with its links and not what they point to") {
  Fixture fixture;
  fixture.put("t/a/b/c", "1");
  fs::create_directory_symlink(fixture.elsewhere.path(), fixture.root() / "t/a/link");
  fixture.storage.remove_tree(RelativePath("t"));
  CHECK_FALSE(fs::exists(fixture.root() / "t"));
  fixture.storage.remove_tree(RelativePath("t"));
  fs::create_directory_symlink(fixture.elsewhere.path(), fixture.root() / "t");
  (void)error_of([&] { fixture.storage.remove_tree(RelativePath("t")); });
  CHECK(read_file(fixture.outside, 100) == "precious");
}

TEST_CASE("a file that is gone is removed") {
  Fixture fixture;
  fixture.put("a", "1");
  fixture.storage.remove(RelativePath("a"));
  CHECK_FALSE(fixture.storage.exists(RelativePath("a")));
  CHECK_FALSE(error_of([&] { fixture.storage.remove(RelativePath("a")); }));
}

TEST_CASE("two files are compared to their last byte") {
  Fixture fixture;
  const auto same = [&](const std::string& a, const std::string& b) {
    const TempDir files;
    write_file_atomically(files.path() / "a", a);
    write_file_atomically(files.path() / "b", b);
    InputFile left(files.path() / "a");
    InputFile right(files.path() / "b");
    return same_bytes(left, right);
  };
  const std::string large(1'000'000, 'x');
  CHECK(same("", ""));
  CHECK(same(large, large));
  CHECK_FALSE(same(large, large + "y"));
  CHECK_FALSE(same(large + "y", large));
  CHECK_FALSE(same(large + "y", large + "z"));
  CHECK_FALSE(same("", "a"));
}
