#include "sender/forge/token_expiry.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;
using namespace std::chrono;

TEST_CASE("the end of a token has either of GitHub's forms") {
  const sys_seconds end = sys_days(year(2026) / January / 31) + hours(8);
  CHECK(forge::parse_token_expiry("2026-01-31 08:00:00 UTC") == end);
  CHECK(forge::parse_token_expiry("2026-01-31 01:00:00 -0700") == end);
  CHECK(forge::parse_token_expiry("2026-01-31 09:30:00 +0130") == end);
}

TEST_CASE("what is no end of a token is none") {
  for (const std::string text :
       {"", " ", "  ", "UTC", " UTC", "soon", "2026-01-31", "2026-02-30 08:00:00 UTC",
        "2026-01-31 08:00:00 -07000", "2026-01-31 08:00:00 xxxxx"}) {
    INFO(text);
    CHECK(!forge::parse_token_expiry(text));
  }
  CHECK(!forge::parse_token_expiry("2026-01-31 08:00:00." + std::string(100'000, '0') + " UTC"));
}

TEST_CASE("a time that no token in use has is not its end") {
  const sys_seconds now = sys_days(year(2026) / January / 31);
  CHECK(forge::plausible_token_expiry("2026-01-30 08:00:00 UTC", now));
  CHECK(forge::plausible_token_expiry("2099-01-30 08:00:00 UTC", now));
  CHECK(!forge::plausible_token_expiry("1970-01-01 00:00:00 UTC", now));
  CHECK(!forge::plausible_token_expiry("9999-12-31 23:59:59 UTC", now));
  CHECK(!forge::plausible_token_expiry("never", now));
}
