#include "common/base/utf8.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("UTF-8 sequences have the lengths of RFC 3629") {
  CHECK(utf8_sequence_length("a") == 1);
  CHECK(utf8_sequence_length("\x7f") == 1);
  CHECK(utf8_sequence_length("\xc2\x80") == 2);
  CHECK(utf8_sequence_length("\xdf\xbf") == 2);
  CHECK(utf8_sequence_length("\xe0\xa0\x80") == 3);
  CHECK(utf8_sequence_length("\xed\x9f\xbf") == 3);
  CHECK(utf8_sequence_length("\xee\x80\x80") == 3);
  CHECK(utf8_sequence_length("\xf0\x90\x80\x80") == 4);
  CHECK(utf8_sequence_length("\xf4\x8f\xbf\xbf") == 4);
  CHECK(utf8_sequence_length(std::string_view("\0", 1)) == 1);
}

TEST_CASE("sequences that RFC 3629 forbids are not UTF-8") {
  const char* const text = GENERATE("\x80", "\xbf",                      // a continuation alone
                                    "\xc0\x80", "\xc1\xbf",              // overlong, two bytes
                                    "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",  // overlong, three and four
                                    "\xed\xa0\x80", "\xed\xbf\xbf",      // surrogates
                                    "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",  // too large
                                    "\xc3", "\xe2\x82", "\xf0\x9f\x98",              // cut off
                                    "\xc3(", "\xe2(\xa1", "\xe2\x82(", "\xf0\x9f\x98(");
  CHECK(utf8_sequence_length(text) == 0);
  CHECK_FALSE(is_utf8(text));
  CHECK(utf8_valid_length(std::string("ab\xc3\xa4") + text) == 4);
}

TEST_CASE("an empty text is valid but not a sequence") {
  CHECK(utf8_sequence_length("") == 0);
  CHECK(is_utf8(""));
  CHECK(utf8_valid_length("") == 0);
}

TEST_CASE("a prefix does not split a character") {
  const std::string_view text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";  // 1, 2, 3 and 4 bytes
  const std::vector<std::size_t> expected = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t max = 0; max < expected.size(); ++max) {
    CHECK(utf8_prefix(text, max) == text.substr(0, expected[max]));
  }
}
