#include "common/base/unicode.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("names are compared in one form") {
  CHECK(composed("a\xCC\x88.csv") == "\xC3\xA4.csv");
  CHECK(composed("\xC3\xA4.csv") == "\xC3\xA4.csv");
  CHECK(composed("a.csv") == "a.csv");
  CHECK(composed("").empty());
}

TEST_CASE("text that is not UTF-8 is not changed") {
  CHECK(composed("a\xCC\x88\xFF") == "a\xCC\x88\xFF");
  CHECK(case_folded("A\xFF") == "a\xFF");
}

TEST_CASE("case folding also normalizes") {
  CHECK(case_folded("ABC") == "abc");
  CHECK(case_folded("A\xCC\x88") == "\xC3\xA4");
  CHECK(case_folded("STRASSE") == case_folded("stra\xC3\x9F"
                                              "e"));
}
