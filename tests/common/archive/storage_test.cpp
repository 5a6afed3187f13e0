#include "common/archive/storage.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "common/archive/layout.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

namespace {

struct Fixture {
  Fixture() { platform::write_file_atomically(outside, "precious"); }

  void put(const std::string& path, std::string_view text) {
    platform::OutputFile file = storage.create(payload::RelativePath(path));
    file.write(text);
    file.flush();
  }
  std::string get(const std::string& path) { return platform::read_file(root() / path, 1000); }
  fs::path root() const { return dir.path(); }

  TempDir dir;
  TempDir elsewhere;
  fs::path outside = elsewhere.path() / "file";
  archive::Storage storage{dir.path(), archive::Storage::Lock::exclusive};
};

template <typename Action>
bool is_unsafe(Action&& action) {
  return error_code_of(std::forward<Action>(action)) == ErrorCode::unsafe_path;
}

}  // namespace

TEST_CASE("a storage must be a folder and has one receiver at a time") {
  const Fixture fixture;
  CHECK(error_code_of([&] {
          archive::Storage{fixture.root() / "gone", archive::Storage::Lock::none};
        }) == ErrorCode::usage);
  CHECK(error_code_of([&] {
          archive::Storage{fixture.outside, archive::Storage::Lock::none};
        }) == ErrorCode::usage);
  CHECK(error_code_of([&] {
          archive::Storage{fixture.root(), archive::Storage::Lock::exclusive};
        }) == ErrorCode::busy);
  CHECK_FALSE(error_of([&] { archive::Storage{fixture.root(), archive::Storage::Lock::none}; }));
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
  CHECK_FALSE(fixture.storage.open(payload::RelativePath("d/none")));
  CHECK_FALSE(fixture.storage.open(payload::RelativePath("none/none")));
  CHECK(is_unsafe([&] { (void)fixture.storage.open(payload::RelativePath("d/link")); }));
  CHECK(is_unsafe([&] { (void)fixture.storage.open(payload::RelativePath("d/folder")); }));
  CHECK(fixture.storage.exists(payload::RelativePath("d/link")));
}

TEST_CASE("no link in a path is followed") {
  Fixture fixture;
  fs::create_directory_symlink(fixture.elsewhere.path(), fixture.root() / "link");
  CHECK(is_unsafe([&] { fixture.put("link/new", "x"); }));
  CHECK(is_unsafe([&] { fixture.put("link/sub/new", "x"); }));
  CHECK(is_unsafe([&] { (void)fixture.storage.open(payload::RelativePath("link/file")); }));
  CHECK(is_unsafe([&] { (void)fixture.storage.files_in("link/"); }));
  CHECK(is_unsafe([&] { fixture.storage.write_durably(payload::RelativePath("link/new"), "x"); }));
  CHECK(is_unsafe([&] { fixture.storage.remove(payload::RelativePath("link/file")); }));
  fixture.put("f", "x");
  CHECK(is_unsafe([&] {
    (void)fixture.storage.move(payload::RelativePath("f"), payload::RelativePath("link/f"));
  }));
  CHECK(platform::read_file(fixture.outside, 100) == "precious");
  CHECK(std::distance(fs::directory_iterator(fixture.elsewhere.path()), fs::directory_iterator()) ==
        1);
}

TEST_CASE("a move does not replace files") {
  Fixture fixture;
  fixture.put("a", "1");
  CHECK(fixture.storage.move(payload::RelativePath("a"), payload::RelativePath("x/y/a")) ==
        archive::Storage::Moved::yes);
  CHECK(fixture.get("x/y/a") == "1");
  fixture.put("b", "2");
  CHECK(fixture.storage.move(payload::RelativePath("b"), payload::RelativePath("x/y/a")) ==
        archive::Storage::Moved::target_exists);
  CHECK(fixture.get("x/y/a") == "1");
  CHECK(fixture.get("b") == "2");
  fs::create_symlink(fixture.outside, fixture.root() / "l");
  CHECK(fixture.storage.move(payload::RelativePath("b"), payload::RelativePath("l")) ==
        archive::Storage::Moved::target_exists);
  fixture.storage.move_durably(payload::RelativePath("b"), payload::RelativePath("x/y/a"));
  CHECK_FALSE(fs::exists(fixture.root() / "b"));
  CHECK(fixture.get("x/y/a") == "1");
}

TEST_CASE("a durable write is complete") {
  Fixture fixture;
  fixture.storage.write_durably(payload::RelativePath("s/1.json"), "one");
  fixture.storage.write_durably(payload::RelativePath("s/1.json"), "two");
  CHECK(fixture.get("s/1.json") == "one");
  CHECK(std::distance(fs::directory_iterator(fixture.root() / "s"), fs::directory_iterator()) == 1);
  const std::string longest(255, 'n');
  fixture.storage.write_durably(payload::RelativePath(longest), "x");
  CHECK(fixture.get(longest) == "x");
}

TEST_CASE("a tree is removed with its links and not what they point to") {
  Fixture fixture;
  fixture.put("t/a/b/c", "1");
  fs::create_directory_symlink(fixture.elsewhere.path(), fixture.root() / "t/a/link");
  fixture.storage.remove_tree(payload::RelativePath("t"));
  CHECK_FALSE(fs::exists(fixture.root() / "t"));
  fixture.storage.remove_tree(payload::RelativePath("t"));
  fs::create_directory_symlink(fixture.elsewhere.path(), fixture.root() / "t");
  (void)error_of([&] { fixture.storage.remove_tree(payload::RelativePath("t")); });
  CHECK(platform::read_file(fixture.outside, 100) == "precious");
}

TEST_CASE("a file that is gone is removed") {
  Fixture fixture;
  fixture.put("a", "1");
  fixture.storage.remove(payload::RelativePath("a"));
  CHECK_FALSE(fixture.storage.exists(payload::RelativePath("a")));
  CHECK_FALSE(error_of([&] { fixture.storage.remove(payload::RelativePath("a")); }));
}

TEST_CASE("files are compared up to their last byte") {
  Fixture fixture;
  const auto same = [&](const std::string& a, const std::string& b) {
    const TempDir files;
    platform::write_file_atomically(files.path() / "a", a);
    platform::write_file_atomically(files.path() / "b", b);
    platform::InputFile left(files.path() / "a");
    platform::InputFile right(files.path() / "b");
    return archive::same_bytes(left, right);
  };
  const std::string large(1'000'000, 'x');
  CHECK(same("", ""));
  CHECK(same(large, large));
  CHECK_FALSE(same(large, large + "y"));
  CHECK_FALSE(same(large + "y", large));
  CHECK_FALSE(same(large + "y", large + "z"));
  CHECK_FALSE(same("", "a"));
}

TEST_CASE("the lock ends with its storage") {
  const TempDir dir;
  { const archive::Storage first(dir.path(), archive::Storage::Lock::exclusive); }
  CHECK_FALSE(error_of([&] { archive::Storage(dir.path(), archive::Storage::Lock::exclusive); }));
}

TEST_CASE("a file where a folder is needed is unsafe and stays") {
  Fixture fixture;
  fixture.put("f", "1");
  CHECK(is_unsafe([&] { fixture.put("f/new", "x"); }));
  CHECK(is_unsafe([&] { (void)fixture.storage.open(payload::RelativePath("f/x")); }));
  CHECK(is_unsafe([&] { (void)fixture.storage.exists(payload::RelativePath("f/x")); }));
  CHECK(is_unsafe([&] { (void)fixture.storage.files_in("f/"); }));
  CHECK(fixture.get("f") == "1");
}

TEST_CASE("a link at the place of a new file is not written through") {
  Fixture fixture;
  fs::create_symlink(fixture.outside, fixture.root() / "link");
  fs::create_symlink(fixture.elsewhere.path() / "not yet", fixture.root() / "dangling");
  CHECK(error_of([&] { fixture.put("link", "x"); }));
  CHECK(error_of([&] { fixture.put("dangling", "x"); }));
  CHECK(platform::read_file(fixture.outside, 100) == "precious");
  CHECK_FALSE(fs::exists(fixture.elsewhere.path() / "not yet"));
}

TEST_CASE("a pipe is neither listed nor waited for") {
  Fixture fixture;
  REQUIRE(::mkfifo((fixture.root() / "pipe").c_str(), 0600) == 0);
  CHECK(fixture.storage.files_in("").empty());
  CHECK(is_unsafe([&] { (void)fixture.storage.open(payload::RelativePath("pipe")); }));
}

TEST_CASE("moving a missing file is an i/o error with both names") {
  Fixture fixture;
  for (const char* from : {"gone", "gone/too"}) {
    const auto error = error_of([&] {
      (void)fixture.storage.move(payload::RelativePath(from), payload::RelativePath("to"));
    });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::io);
    CHECK(std::string(error->what()).find(from) != std::string::npos);
    CHECK(std::string(error->what()).find("to") != std::string::npos);
  }
}

TEST_CASE("a durable move takes the file with it") {
  Fixture fixture;
  fixture.put("from", "1");
  fixture.storage.move_durably(payload::RelativePath("from"), payload::RelativePath("x/to"));
  CHECK(fixture.get("x/to") == "1");
  CHECK_FALSE(fs::exists(fixture.root() / "from"));
}

TEST_CASE("a folder that was removed can be made again by the same storage") {
  Fixture fixture;
  fixture.put("t/sub/a", "1");
  fixture.storage.remove_tree(payload::RelativePath("t"));
  fixture.put("t/sub/a", "2");
  CHECK(fixture.get("t/sub/a") == "2");
  fixture.storage.remove_tree(payload::RelativePath("t/sub"));
  CHECK(fixture.storage.files_in("t/sub/").empty());
  fixture.put("t/sub/b", "3");
  CHECK(fixture.get("t/sub/b") == "3");
}

TEST_CASE("a durable write leaves no temporary file") {
  Fixture fixture;
  fixture.storage.write_durably(payload::RelativePath("s/1.json"), "one");
  fixture.storage.write_durably(payload::RelativePath("s/1.json"), "two");
  CHECK(fixture.storage.files_in(archive::kStagingFolder.str() + "/").empty());
  CHECK_FALSE(error_of([&] { fixture.storage.sync(); }));
}

TEST_CASE("many folders deep and many files wide is found again") {
  Fixture fixture;
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "folder/";
  for (int i = 0; i < 100; ++i) fixture.put(deep + std::to_string(i), "x");
  const auto files = fixture.storage.files_in(deep);
  CHECK(files.size() == 100);
  CHECK(std::is_sorted(files.begin(), files.end(),
                       [](const auto& a, const auto& b) { return a.name < b.name; }));
}

TEST_CASE("every file below a folder is found, and links are not followed") {
  Fixture fixture;
  fixture.put("a/b/c.json", "1");
  fixture.put("a/d.json", "1");
  fixture.put("e.json", "1");
  fs::create_directory(fixture.root() / "a/empty");
  fs::create_directory_symlink(fixture.elsewhere.path(), fixture.root() / "a/link");
  std::vector<std::pair<std::string, bool>> found;
  // Whoever is called may open files meanwhile.
  const auto use = [&](const std::string& path, archive::StorageReader::Entry entry) {
    found.emplace_back(path, entry == archive::StorageReader::Entry::file);
    (void)fixture.storage.exists(payload::RelativePath("a/b/c.json"));
    (void)fixture.storage.exists(payload::RelativePath("e.json"));
  };
  fixture.storage.walk("", use);
  std::sort(found.begin(), found.end());
  CHECK(found ==
        std::vector<std::pair<std::string, bool>>{
            {"a/b/c.json", true}, {"a/d.json", true}, {"a/link", false}, {"e.json", true}});
  found.clear();
  fixture.storage.walk("a/b/", use);
  CHECK(found == std::vector<std::pair<std::string, bool>>{{"a/b/c.json", true}});
  found.clear();
  fixture.storage.walk("nowhere/", use);
  CHECK(found.empty());
}

TEST_CASE("a walk ends where no stored file can be") {
  using Entry = archive::StorageReader::Entry;
  Fixture fixture;
  std::string folder;
  for (int level = 1; level < 128; ++level) folder += "d/";
  fs::create_directories(fixture.root() / folder / "d/d");
  const payload::RelativePath deepest(folder + "x", payload::RelativePath::kMaxStoredBytes);
  fixture.storage.write_durably(deepest, "1");
  std::vector<std::pair<std::string, Entry>> found;
  fixture.storage.walk(
      "", [&](const std::string& path, Entry entry) { found.emplace_back(path, entry); });
  CHECK(found == std::vector<std::pair<std::string, Entry>>{{folder + "d", Entry::deep_folder},
                                                            {deepest.str(), Entry::file}});
}

TEST_CASE("readers share the lock and exclude writers") {
  TempDir dir;
  archive::StorageReader first(dir.path());
  first.lock_shared();
  CHECK_FALSE(error_of([&] { archive::StorageReader(dir.path()).lock_shared(); }));
  CHECK(error_code_of([&] { archive::Storage(dir.path(), archive::Storage::Lock::exclusive); }) ==
        ErrorCode::busy);
}
