#include "common/base/error.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("with_context prefixes its text and keeps the code") {
  const auto failing = [] { with_context("inbox", [] { throw Error(ErrorCode::io, "full"); }); };
  try {
    failing();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::io);
    CHECK(std::string(error.what()) == "inbox: full");
  }
}

TEST_CASE("with_context returns the action's result") {
  CHECK(with_context("unused", [] { return 7; }) == 7);
}
