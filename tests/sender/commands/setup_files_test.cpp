#include "sender/commands/setup_files.hpp"

#include "common/platform/file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

namespace healthmetric::sender {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  return platform::read_file(file, 1000);
}

std::size_t entries_of(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("both files are written, for this user alone") {
  const TempDir folder;
  const fs::path place = folder.path() / "new" / "folder";
  write_setup({place / "sender.toml", "repo = 1\n", place / "token", "secret\n"});
  CHECK(text_of(place / "sender.toml") == "repo = 1\n");
  CHECK(text_of(place / "token") == "secret\n");
  for (const char* name : {"sender.toml", "token"}) {
    CHECK((fs::status(place / name).permissions() & fs::perms::mask) ==
          (fs::perms::owner_read | fs::perms::owner_write));
  }
  CHECK(entries_of(place) == 2);
}

TEST_CASE("no token is left where the configuration cannot be written") {
  const TempDir folder;
  fs::create_directories(folder.path() / "sender.toml" / "in the way");
  const auto write = [&] {
    write_setup({folder.path() / "sender.toml", "x", folder.path() / "token", "new\n"});
  };
  const auto error = error_of(write);
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::io);
  CHECK(entries_of(folder.path()) == 1);

  platform::write_file_atomically(folder.path() / "token", "old\n");
  CHECK(error_of(write));
  CHECK(text_of(folder.path() / "token") == "old\n");
  CHECK(entries_of(folder.path()) == 2);
}

}  // namespace healthmetric::sender
