#include "common/text/text_encoding.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;
using namespace std::string_literals;

TEST_CASE("a UTF-8 byte order mark is removed once, at the beginning only") {
  CHECK(text::without_byte_order_mark("", "f").empty());
  CHECK(text::without_byte_order_mark("\xEF\xBB\xBF", "f").empty());
  CHECK(text::without_byte_order_mark("\xEF\xBB\xBF\xEF\xBB\xBFx", "f") == "\xEF\xBB\xBFx");
  CHECK(text::without_byte_order_mark("x\xEF\xBB\xBF", "f") == "x\xEF\xBB\xBF");
  CHECK(text::without_byte_order_mark("\xEF\xBB", "f") == "\xEF\xBB");
}

TEST_CASE("another byte order mark is named") {
  const auto [text, encoding] =
      GENERATE(table<std::string, std::string>({{"\xFF\xFE", "UTF-16"},
                                                {"\xFE\xFF\0x"s, "UTF-16"},
                                                {"\xFF\xFE\0\0x\0\0\0"s, "UTF-32"},
                                                {"\0\0\xFE\xFF"s, "UTF-32"}}));
  const auto error = error_of([&] { text::without_byte_order_mark(text, "f"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::usage);
  CHECK(error->what() == "f is " + encoding + ": save it as UTF-8");
}

TEST_CASE("text that is not UTF-8 is reported with its line") {
  CHECK_NOTHROW(text::check_is_utf8("ä\nö\n", "f"));
  CHECK_NOTHROW(text::check_is_utf8("", "f"));
  const auto error = error_of([] { text::check_is_utf8("a\nb\n\xE4\n", "f"); });
  REQUIRE(error);
  CHECK(error->what() == "f, line 3: not UTF-8: save it as UTF-8"s);
}
