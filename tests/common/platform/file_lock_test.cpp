#include "common/platform/file_lock.hpp"

#include <unistd.h>

#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
using platform::FileLock;

namespace fs = std::filesystem;

TEST_CASE("a lock has one holder at a time and ends with its object") {
  const TempDir dir;
  const fs::path file = dir.path() / "lock";
  {
    const auto lock = FileLock::try_lock(file);
    REQUIRE(lock);
    CHECK_FALSE(FileLock::try_lock(file));
    CHECK_FALSE(FileLock::try_lock_existing(file));
  }
  CHECK(FileLock::try_lock(file));
  CHECK(FileLock::try_lock_existing(file));
}

TEST_CASE("a lock names its holder") {
  const TempDir dir;
  const fs::path file = dir.path() / "lock";
  CHECK(FileLock::holder(file).empty());
  auto lock = FileLock::try_lock(file);
  REQUIRE(lock);
  CHECK(FileLock::holder(file).empty());
  lock->write_holder();
  CHECK(FileLock::holder(file) == std::to_string(::getpid()));
}

TEST_CASE("a removed lock leaves no file and can be taken again") {
  const TempDir dir;
  const fs::path file = dir.path() / "lock";
  auto lock = FileLock::try_lock(file);
  REQUIRE(lock);
  lock->remove();
  CHECK_FALSE(fs::exists(file));
  CHECK(FileLock::try_lock(file));
}

TEST_CASE("existing files and folders can be locked without creating a file") {
  const TempDir dir;
  CHECK_FALSE(FileLock::try_lock_existing(dir.path() / "lock"));
  CHECK_FALSE(fs::exists(dir.path() / "lock"));
  const auto lock = FileLock::try_lock_existing(dir.path());
  CHECK(lock);
  CHECK_FALSE(FileLock::try_lock_existing(dir.path()));
}

TEST_CASE("a folder in the place of a lock is an io error") {
  const TempDir dir;
  fs::create_directory(dir.path() / "lock");
  CHECK(error_code_of([&] { (void)FileLock::try_lock(dir.path() / "lock"); }) == ErrorCode::io);
}
