#include "common/payload/relative_path.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

namespace {

bool is_unsafe(std::string path) {
  return error_code_of([&] { payload::RelativePath{std::move(path)}; }) == ErrorCode::unsafe_path;
}

std::string long_path(std::size_t size) {
  const std::string folder = std::string(99, 'd') + "/";
  std::string path;
  while (path.size() + folder.size() < size) path += folder;
  path.resize(size, 'f');
  return path;
}

}  // namespace

TEST_CASE("paths that stay in their folder are safe") {
  const char* const path = GENERATE("a", "a/b/c.json", "..a", "a..", "...", ".hidden", "a b",
                                    "\xc3\x84rztin M\xc3\xbcller/x", ".gitignore", "x.git", "git",
                                    "CON", "ab:c", "name?", "a\xe2\x80\xae.txt", "~", "-rf");
  CHECK(payload::RelativePath(path).str() == path);
}

TEST_CASE("paths that could leave their folder or confuse a reader are refused") {
  const char* const path = GENERATE(
      "", "/", "/etc/passwd", "..", "../a", "a/..", "a/../b", "a/../../b", ".", "./a", "a/./b",
      "a/.", "a//b", "a/", "//a", "a\\b", "..\\a", ".git", ".git/config", "a/.GIT/b", ".Git",
      "a\nb", "a\tb", "\x1b[2J", "a\x7f", "\xc2\x85", "a\xff", "\xed\xa0\x80", "a/\xc0\xae");
  INFO(path);
  CHECK(is_unsafe(path));
}

TEST_CASE("a path with a NUL is refused") {
  CHECK(is_unsafe(std::string("a\0b", 3)));
}

TEST_CASE("the message names the path without its control characters") {
  const std::string text = error_text_of([] { payload::RelativePath("../a\nb"); });
  INFO(text);
  CHECK(text.find("../a\\x0ab") != std::string::npos);
  CHECK(text.find('\n') == std::string::npos);
}

TEST_CASE("the lengths of paths and components are limited") {
  const std::size_t longest = payload::RelativePath::kMaxComponentBytes;
  CHECK_FALSE(is_unsafe(std::string(longest, 'a')));
  CHECK(is_unsafe(std::string(longest + 1, 'a')));
  CHECK(is_unsafe("b/" + std::string(longest + 1, 'a')));
  CHECK_FALSE(is_unsafe(long_path(payload::RelativePath::kMaxBytes)));
  CHECK(is_unsafe(long_path(payload::RelativePath::kMaxBytes + 1)));
  CHECK_FALSE(error_of([] {
    payload::RelativePath(long_path(payload::RelativePath::kMaxBytes + 1),
                          payload::RelativePath::kMaxStoredBytes);
  }));
}

TEST_CASE("the depth of paths is limited") {
  const auto path_of = [](std::size_t levels) {
    std::string path = "d";
    for (std::size_t i = 1; i < levels; ++i) path += "/d";
    return path;
  };
  CHECK_FALSE(is_unsafe(path_of(payload::RelativePath::kMaxLevels)));
  CHECK(is_unsafe(path_of(payload::RelativePath::kMaxLevels + 1)));
  CHECK_FALSE(error_of([&] {
    payload::RelativePath(path_of(2 * payload::RelativePath::kMaxLevels),
                          payload::RelativePath::kMaxStoredBytes);
  }));
}

TEST_CASE("a path is split into directory, stem and extension") {
  struct Row {
    std::string path, directory, filename, stem, extension;
  };
  const std::string long_extension =
      "." + std::string(payload::RelativePath::kMaxExtensionBytes, 'x');
  const std::vector<Row> table = {
      {"data.json", "", "data.json", "data", ".json"},
      {"sub/dir/data.tar.gz", "sub/dir/", "data.tar.gz", "data.tar", ".gz"},
      {"sub.d/noext", "sub.d/", "noext", "noext", ""},
      {".env", "", ".env", ".env", ""},
      {"a/.env.json", "a/", ".env.json", ".env", ".json"},
      {"dot.", "", "dot.", "dot.", ""},
      {"Photo.JPG", "", "Photo.JPG", "Photo", ".JPG"},
      {"a" + long_extension, "", "a" + long_extension, "a" + long_extension, ""},
  };
  for (const Row& row : table) {
    INFO(row.path);
    const payload::RelativePath path(row.path);
    CHECK(path.directory() == row.directory);
    CHECK(path.filename() == row.filename);
    CHECK(path.stem() == row.stem);
    CHECK(path.extension() == row.extension);
    CHECK(std::string(path.stem()) + std::string(path.extension()) == path.filename());
  }
}

TEST_CASE("paths are ordered by their bytes") {
  CHECK(payload::RelativePath("a") < payload::RelativePath("b"));
  CHECK(payload::RelativePath("Z") < payload::RelativePath("a"));
  CHECK(payload::RelativePath("a") == payload::RelativePath("a"));
}
