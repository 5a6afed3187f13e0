#include "common/text/timestamp.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;
using namespace std::chrono;

namespace {

// 2024-01-15T10:30:00Z, as `date -u -d @1705314600` says.
constexpr sys_seconds kMoment{seconds(1'705'314'600)};

}  // namespace

TEST_CASE("timestamps are written in UTC") {
  CHECK(text::format_timestamp(kMoment) == "2024-01-15T10:30:00Z");
  CHECK(text::format_compact_timestamp(kMoment) == "20240115T103000Z");
  CHECK(text::format_timestamp(sys_seconds{}) == "1970-01-01T00:00:00Z");
}

TEST_CASE("one time can be written in many ways") {
  const char* const text = GENERATE(
      "2024-01-15T10:30:00Z", "2024-01-15T10:30:00", "2024-01-15 10:30:00",
      "2024-01-15T10:30:00.123456", "2024-01-15T10:30:00.9Z", "2024-01-15T10:30:00+00:00",
      "2024-01-15T12:00:00+01:30", "2024-01-14T22:30:00-12:00", "2024-01-15T10:30:00.5+00:00");
  INFO(text);
  CHECK(text::parse_timestamp(text) == kMoment);
}

TEST_CASE("invalid timestamps are refused") {
  const char* const text = GENERATE(
      "", "2024", "2024-01-15", "2024-01-15T10:30", "2024-01-15X10:30:00", "2024-1-15T10:30:00",
      "2024-02-30T10:30:00", "2023-02-29T10:30:00", "2024-13-01T10:30:00", "2024-00-01T10:30:00",
      "2024-01-00T10:30:00", "2024-01-15T24:00:01", "2024-01-15T10:60:00", "2024-01-15T10:30:61",
      "0000-01-01T00:00:00", "10000-01-01T00:00:00", "-024-01-15T10:30:00", "2024-01-15T10:30:00.",
      "2024-01-15T10:30:00.x", "2024-01-15T10:30:00ZZ", "2024-01-15T10:30:00Z ",
      " 2024-01-15T10:30:00Z", "2024-01-15T10:30:00+1", "2024-01-15T10:30:00+01:60",
      "2024-01-15T10:30:00+25:00", "2024-01-15T10:30:00*01:00", "+024-01-15T10:30:00");
  INFO(text);
  CHECK_FALSE(text::parse_timestamp(text));
}

TEST_CASE("a leap day is a day") {
  CHECK(text::parse_timestamp("2024-02-29T00:00:00Z") ==
        sys_days{year{2024} / February / 29} + seconds(0));
}

TEST_CASE("compact timestamps have one form") {
  CHECK(text::parse_compact_timestamp("20240115T103000Z") == kMoment);
  const char* const text =
      GENERATE("", "20240115T103000", "20240115t103000Z", "2024-01-15T10:30:00Z",
               "20240115T103000Z ", "20240230T103000Z", "20240115T106000Z", "2024011xT103000Z",
               "00000115T103000Z", "+0240115T103000Z");
  INFO(text);
  CHECK_FALSE(text::parse_compact_timestamp(text));
}

TEST_CASE("a written payload can be read") {
  for (const long long count : {0LL, 951'782'399LL, 951'782'400LL, 4'102'444'799LL}) {
    const sys_seconds time{seconds(count)};
    CHECK(text::parse_timestamp(text::format_timestamp(time)) == time);
    CHECK(text::parse_compact_timestamp(text::format_compact_timestamp(time)) == time);
  }
}
