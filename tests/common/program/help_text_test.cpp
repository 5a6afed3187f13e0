#include "common/program/help_text.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("texts are broken between words, at eighty columns") {
  const std::string text =
      program::wrapped(std::string(40, 'a') + " " + std::string(39, 'b') + " c", 2, 0);
  CHECK(text == std::string(40, 'a') + " " + std::string(39, 'b') + "\n  c");
  CHECK(program::wrapped("", 2, 2).empty());
  CHECK(program::wrapped("one two", 4, 76) == "one\n    two");
  CHECK(program::wrapped("one\ntwo", 2, 0) == "one\n  two");
  CHECK(program::wrapped(std::string(100, 'x') + " y", 0, 0) == std::string(100, 'x') + "\ny");
}
