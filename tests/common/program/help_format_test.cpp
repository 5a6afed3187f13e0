#include "common/program/help_format.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("texts are broken between words, at eighty columns") {
  const std::string text = wrapped(std::string(40, 'a') + " " + std::string(39, 'b') + " c", 2, 0);
  CHECK(text == std::string(40, 'a') + " " + std::string(39, 'b') + "\n  c");
  CHECK(wrapped("", 2, 2).empty());
  CHECK(wrapped("one two", 4, 76) == "one\n    two");
  CHECK(wrapped("one\ntwo", 2, 0) == "one\n  two");
  CHECK(wrapped(std::string(100, 'x') + " y", 0, 0) == std::string(100, 'x') + "\ny");
}
