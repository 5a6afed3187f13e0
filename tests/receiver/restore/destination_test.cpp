#include "receiver/restore/destination.hpp"

#include <filesystem>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
using payload::RelativePath;
using restore::Destination;
using Replace = Destination::Replace;

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& place) {
  return platform::read_file(place, 1000);
}

void put(Destination& to, const std::string& place, std::string_view text, Replace replace) {
  Destination::NewFile file(to, RelativePath(place));
  file.write(text);
  REQUIRE(file.put(replace));
}

}  // namespace

TEST_CASE("a file appears under its name once it is put") {
  const TempDir dir;
  Destination to(dir.path() / "new/back");
  {
    Destination::NewFile file(to, RelativePath("a/b.csv"));
    file.write("text");
    CHECK_FALSE(fs::exists(dir.path() / "new/back/a/b.csv"));
    CHECK(file.put(Replace::no));
  }
  CHECK(text_of(dir.path() / "new/back/a/b.csv") == "text");
  CHECK(to.look_at(RelativePath("a/b.csv")) == fs::file_type::regular);
  CHECK_FALSE(to.look_at(RelativePath("a/none")));
  CHECK_FALSE(to.look_at(RelativePath("none/a")));
}

TEST_CASE("a file that is not put leaves nothing") {
  const TempDir dir;
  Destination to(dir.path());
  { Destination::NewFile(to, RelativePath("b.csv")).write("half"); }
  CHECK(fs::is_empty(dir.path()));
}

TEST_CASE("what a run that died left is replaced") {
  const TempDir dir;
  Destination to(dir.path());
  {
    Destination::NewFile file(to, RelativePath("b.csv"));
    const fs::path left = fs::directory_iterator(dir.path())->path();
    CHECK(Destination::is_reserved(left.filename().string()));
    CHECK(Destination::is_reserved("sub/" + left.filename().string()));
    Destination::NewFile again(to, RelativePath("b.csv"));
    again.write("whole");
    CHECK(again.put(Replace::no));
  }
  CHECK(text_of(dir.path() / "b.csv") == "whole");
  CHECK(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("a file is replaced only where that is said") {
  const TempDir dir;
  Destination to(dir.path());
  put(to, "b.csv", "first", Replace::no);
  {
    Destination::NewFile file(to, RelativePath("b.csv"));
    file.write("second");
    CHECK_FALSE(file.put(Replace::no));
  }
  CHECK(text_of(dir.path() / "b.csv") == "first");
  put(to, "b.csv", "second", Replace::yes);
  CHECK(text_of(dir.path() / "b.csv") == "second");
}

TEST_CASE("no link in the folder is followed") {
  const TempDir dir;
  const TempDir elsewhere;
  fs::create_directory_symlink(elsewhere.path(), dir.path() / "link");
  Destination to(dir.path());
  CHECK(to.look_at(RelativePath("link")) == fs::file_type::symlink);
  CHECK(error_code_of([&] { Destination::NewFile(to, RelativePath("link/a")); }) ==
        ErrorCode::unsafe_path);
  CHECK(error_code_of([&] { to.make_folder(RelativePath("link/a")); }) == ErrorCode::unsafe_path);
  CHECK(fs::is_empty(elsewhere.path()));
}

TEST_CASE("times have their fraction") {
  const TempDir dir;
  Destination to(dir.path());
  const platform::FileTime time{std::chrono::sys_seconds(std::chrono::seconds(1'000'000'000)),
                                std::chrono::nanoseconds(123'000'000)};
  {
    Destination::NewFile file(to, RelativePath("a"));
    file.write("text");
    std::error_code error;
    file.finish(time, error);
    CHECK_FALSE(error);
    CHECK(file.put(Replace::no));
  }
  CHECK(platform::file_state(dir.path() / "a")->modified == time);
}
