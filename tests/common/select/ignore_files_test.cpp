#include "common/select/ignore_files.hpp"

#include "common/platform/file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
using Paths = std::vector<std::string>;

namespace {

constexpr const char* kComposed = "\u00e4/";     // ä as one character
constexpr const char* kDecomposed = "a\u0308/";  // ä as macOS stores it

select::IgnoreFile ignore_file(const TempDir& dir, const std::string& folder,
                               const std::string& text) {
  static int number = 0;
  const std::filesystem::path location = dir.path() / std::to_string(++number);
  platform::write_file_atomically(location, text);
  return {folder, location};
}

}  // namespace

TEST_CASE("ignored paths are sorted and keep their own bytes") {
  const TempDir dir;
  const Paths paths = {"z.tmp", std::string(kDecomposed) + "x.tmp", "\xff.tmp", "kept.json"};
  const Paths ignored = select::ignored_paths({ignore_file(dir, "", "*.tmp\n")}, paths);
  CHECK(ignored == Paths{std::string(kDecomposed) + "x.tmp", "z.tmp", "\xff.tmp"});
}

TEST_CASE("ignore files of folders whose names differ only in their normalization count for both") {
  const TempDir dir;
  const Paths ignored = select::ignored_paths(
      {ignore_file(dir, kComposed, "1"), ignore_file(dir, kDecomposed, "2")},
      {std::string(kComposed) + "1", std::string(kComposed) + "2", std::string(kComposed) + "3",
       std::string(kDecomposed) + "1", std::string(kDecomposed) + "2"});
  CHECK(ignored == Paths{std::string(kDecomposed) + "1", std::string(kDecomposed) + "2",
                         std::string(kComposed) + "1", std::string(kComposed) + "2"});
}

TEST_CASE("a path that looks like one of git's patterns is only a name") {
  const TempDir dir;
  const Paths paths = {":(exclude)a.tmp", ":!b.tmp", "-c.tmp"};
  CHECK(select::ignored_paths({ignore_file(dir, "", "*.tmp")}, paths) ==
        Paths{"-c.tmp", ":!b.tmp", ":(exclude)a.tmp"});
}
