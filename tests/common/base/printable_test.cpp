#include "common/base/printable.hpp"

#include "common/base/ascii.hpp"
#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("ordinary text is printed unchanged") {
  CHECK(printable("") == "");
  CHECK(printable("\xc3\x84rztin M\xc3\xbcller \xf0\x9f\x98\x80 100%") ==
        "\xc3\x84rztin M\xc3\xbcller \xf0\x9f\x98\x80 100%");
}

TEST_CASE("control characters are escaped") {
  CHECK(printable("a\nb\r\t\x1b[2J\x7f") == "a\\x0ab\\x0d\\x09\\x1b[2J\\x7f");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(printable("\xc2\x9b") == "\\u{009b}");
}

TEST_CASE("bytes that are not UTF-8 are escaped") {
  CHECK(printable("a\xff\xc3") == "a\\xff\\xc3");
}

TEST_CASE("characters that reorder or break a line are escaped") {
  CHECK(printable("a\xe2\x80\xaetxt.exe") == "a\\u{202e}txt.exe");
  CHECK(printable("\xe2\x80\xa8\xe2\x81\xa6\xd8\x9c\xe2\x80\x8f") ==
        "\\u{2028}\\u{2066}\\u{061c}\\u{200f}");
}

TEST_CASE("a name stands in quotes") {
  CHECK(in_quotes("a b") == "'a b'");
  CHECK(in_quotes("a\nb") == "'a\\x0ab'");
}

TEST_CASE("nouns are singular or plural by their count") {
  CHECK(counted_files(0) == "0 files");
  CHECK(counted_files(1) == "1 file");
  CHECK(counted(2, "batch", "batches") == "2 batches");
}

TEST_CASE("sizes are printed in a suitable unit") {
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(1023) == "1023 B");
  CHECK(human_bytes(1024) == "1.0 KiB");
  CHECK(human_bytes(1536) == "1.5 KiB");
  CHECK(human_bytes(20 << 20) == "20.0 MiB");
  CHECK(human_bytes(std::uint64_t{3} << 30) == "3.0 GiB");
}

TEST_CASE("durations are printed in the largest unit of which there are two") {
  using namespace std::chrono;
  CHECK(human_duration(seconds(59)) == "0 min");
  CHECK(human_duration(minutes(119)) == "119 min");
  CHECK(human_duration(hours(2)) == "2 h");
  CHECK(human_duration(hours(47)) == "47 h");
  CHECK(human_duration(hours(48)) == "2 days");
  CHECK(human_age(seconds(-1)) == "in the future");
  CHECK(human_age(seconds(59)) == "just now");
  CHECK(human_age(hours(3)) == "3 h ago");
}

TEST_CASE("lower case and trimming only affect ASCII") {
  CHECK(ascii_lower(".JPG\xc3\x84") == ".jpg\xc3\x84");
  CHECK(trim(" \t a b \r\n") == "a b");
  CHECK(trim(" \n") == "");
}

TEST_CASE("workflow commands in text are made harmless") {
  CHECK(printable("a##[error]b") == "a##\\x5berror]b");
  CHECK(printable("###[x") == "###\\x5bx");
  CHECK(printable("#[x] [##]") == "#[x] [##]");
}
