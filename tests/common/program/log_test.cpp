#include "common/program/log.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "common/platform/file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;

namespace {

/// Goes back to messages on stderr alone.
struct RestoreLog {
  RestoreLog() = default;
  RestoreLog(const RestoreLog&) = delete;
  RestoreLog& operator=(const RestoreLog&) = delete;
  ~RestoreLog() { log::set_up({"tests", log::Verbosity::quiet, {}}); }
};

}  // namespace

TEST_CASE("a log file gets every message with level and time and keeps what was there") {
  const TempDir dir;
  const RestoreLog restore;
  const auto file = dir.path() / "x.log";
  platform::write_file_atomically(file, "before\n");
  log::set_up({"tests", log::Verbosity::quiet, file});
  log::debug("one");
  log::info("two");
  log::warning("three");
  const std::string text = platform::read_file(file, 10'000);
  CHECK(text.starts_with("before\n"));
  for (const char* words : {"Z debug one\n", "Z info two\n", "Z warning three\n"}) {
    CHECK(text.find(words) != std::string::npos);
  }
}

TEST_CASE("no message contains a line break or a secret") {
  const TempDir dir;
  const RestoreLog restore;
  const auto file = dir.path() / "x.log";
  log::set_up({"tests", log::Verbosity::quiet, file});
  log::hide("hunter2");
  log::info("name\n::error::forged\x1b[2J hunter2 ghp_0123456789abcdef0123456789abcdef0123");
  const std::string text = platform::read_file(file, 10'000);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  for (const char* bad : {"\x1b", "hunter2", "ghp_0123"}) {
    CHECK(text.find(bad) == std::string::npos);
  }
  CHECK(text.find("*** ***") != std::string::npos);
}

TEST_CASE("a log file that cannot be opened is an io error") {
  const TempDir dir;
  const RestoreLog restore;
  CHECK(error_code_of([&] {
          log::set_up({"tests", log::Verbosity::normal, dir.path()});
        }) == ErrorCode::io);
  REQUIRE(::mkfifo((dir.path() / "pipe").c_str(), 0600) == 0);
  CHECK(error_code_of([&] {
          log::set_up({"tests", log::Verbosity::normal, dir.path() / "pipe"});
        }) == ErrorCode::io);
}
