#include "common/program/option_values.hpp"

#include "common/payload/batch.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

TEST_CASE("sizes are written with or without a unit") {
  const auto size = [](const std::string& text) { return program::parse_size(text); };
  CHECK(size("4096") == 4096);
  CHECK(size("64K") == 65'536);
  CHECK(size("64k") == 65'536);
  CHECK(size("20M") == 20 * payload::kMiB);
  CHECK(size("20MiB") == 20 * payload::kMiB);
  CHECK(size("1G") == 1024 * payload::kMiB);
  CHECK(size("1.5G") == 1536 * payload::kMiB);
}

TEST_CASE("an invalid size is refused with the name of the option") {
  for (const char* text : {"", "K", "-1", "-1K", "1X", "1 2", "1e3", "nan", "inf", "0x10", "1KK",
                           "0", "1..5G", "1.5.7M", ".", "99999999999999999999", "99999999999G"}) {
    INFO(text);
    const auto error = error_of([&] { program::parse_size(text); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::usage);
  }
}

TEST_CASE("durations are read in seconds, minutes, hours and days") {
  CHECK(program::parse_duration("0").count() == 0);
  CHECK(program::parse_duration("90").count() == 90);
  CHECK(program::parse_duration("90s").count() == 90);
  CHECK(program::parse_duration("10m").count() == 600);
  CHECK(program::parse_duration("2h").count() == 7200);
  CHECK(program::parse_duration("7d").count() == 604'800);
}

TEST_CASE("invalid durations are refused") {
  for (const char* text :
       {"", "m", "-1", "1.5h", "8d", "10 m", "1w", "99999999999999999999", "1M"}) {
    INFO(text);
    const auto error = error_of([&] { program::parse_duration(text); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::usage);
  }
}

TEST_CASE("a time between runs may be a year") {
  CHECK(program::parse_period("1d") == std::chrono::days(1));
  CHECK(program::parse_period("366d") == std::chrono::days(366));
  for (const char* text : {"", "367d", "1w", "-1d", "99999999999999999999"}) {
    INFO(text);
    const auto error = error_of([&] { program::parse_period(text); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::usage);
  }
}

TEST_CASE("a time is a day, a moment, or how long ago it was") {
  using namespace std::chrono;
  const sys_seconds now = sys_days(year(2024) / March / 1) + hours(12);
  const sys_seconds day = sys_days(year(2024) / January / 15);
  CHECK(program::parse_time("2024-01-15", now).begin == day);
  CHECK(program::parse_time("2024-01-15", now).end == day + days(1));
  CHECK(program::parse_time("2024-01-15T10:30:00Z", now).begin == day + hours(10) + minutes(30));
  CHECK(program::parse_time("2024-01-15T10:30:00Z", now).end == day + hours(10) + minutes(30));
  CHECK(program::parse_time("2024-01-15T10:30:00+02:00", now).begin ==
        day + hours(8) + minutes(30));
  CHECK(program::parse_time("7d", now).begin == now - days(7));
  CHECK(program::parse_time("90m", now).begin == now - minutes(90));
  for (const char* text : {"", "soon", "5", "d", "2024-01", "2024-13-01", "2024-02-30", "-7d",
                           "7 d", "99999999999999999999d"}) {
    INFO(text);
    CHECK_THROWS_AS(program::parse_time(text, now), Error);
  }
}
