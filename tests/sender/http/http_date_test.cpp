#include "sender/http/http_date.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("HTTP dates are read in their three formats") {
  const std::chrono::sys_seconds moment{std::chrono::seconds(784'111'777)};
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    INFO(text);
    CHECK(http::parse_http_date(text) == moment);
  }
}

TEST_CASE("invalid HTTP dates are refused") {
  for (const char* text :
       {"", "soon", "17", "Sun, 06 Nov 1994", "Sun, 32 Nov 1994 08:49:37 GMT", "08:49:37", "::"}) {
    INFO(text);
    CHECK_FALSE(http::parse_http_date(text));
  }
}
