#include "receiver/commands/git_repository.hpp"

#include "common/platform/file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

TEST_CASE("a folder is in a git repository when one of those above it has .git or is one") {
  const TempDir dir;
  const fs::path storage = dir.path() / "data" / "_storage";
  fs::create_directories(storage);
  CHECK_FALSE(receiver::is_in_git_repository(storage));
  SECTION("a work tree") {
    fs::create_directory(dir.path() / ".git");
  }
  SECTION("a linked work tree or a submodule, which has a file") {
    platform::write_file_atomically(dir.path() / "data" / ".git", "gitdir: /elsewhere\n");
  }
  CHECK(receiver::is_in_git_repository(storage));
}

TEST_CASE("a folder in a git directory is in a git repository") {
  const TempDir dir;
  const fs::path storage = dir.path() / ".git" / "receive" / "_storage";
  fs::create_directories(storage);
  CHECK(receiver::is_in_git_repository(storage));
}

TEST_CASE("a folder that is not there is in no git repository") {
  CHECK_FALSE(receiver::is_in_git_repository("/nowhere/_storage"));
}

TEST_CASE("a clone that was told to leave files out is sparse") {
  const TempDir dir;
  const fs::path storage = dir.path() / "_storage";
  fs::create_directories(storage);
  CHECK_FALSE(receiver::is_sparse_clone(storage));
  fs::create_directories(dir.path() / ".git/info");
  CHECK_FALSE(receiver::is_sparse_clone(storage));
  platform::write_file_atomically(dir.path() / ".git/info/sparse-checkout", "/*\n");
  CHECK(receiver::is_sparse_clone(storage));
}
