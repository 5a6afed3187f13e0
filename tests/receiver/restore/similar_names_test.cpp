#include "receiver/restore/similar_names.hpp"

#include "tests/support/catch.hpp"

using healthmetric::restore::SimilarNames;

TEST_CASE("paths that no file system takes for another are not similar") {
  SimilarNames names;
  for (const char* const path : {"a/b.csv", "a/c.csv", "b.csv", "a b.csv", "a/b", ".b.csv"}) {
    CHECK_FALSE(names.note(path));
  }
}

TEST_CASE("case, the form of accents and what stands at the end of a name make none") {
  const auto [first, second] = GENERATE(table<std::string, std::string>({
      {"Data.csv", "data.CSV"},
      {"Sub/x", "sub/x"},
      {"e\u0301/x", "\u00e9/x"},
      {"STRASSE", "stra\u00dfe"},
      {"a.", "a"},
      {"a. ./x", "a/x"},
  }));
  SimilarNames names;
  CHECK_FALSE(names.note(first));
  CHECK(names.note(second));
}

TEST_CASE("a file is similar to a folder above another, and the other way round") {
  SimilarNames names;
  CHECK_FALSE(names.note("A/b/c"));
  CHECK(names.note("a"));
  CHECK(names.note("a/B"));
  CHECK(names.note("A/d"));
}

TEST_CASE("folders that differ in case may have different files") {
  SimilarNames names;
  CHECK_FALSE(names.note("A/b"));
  CHECK_FALSE(names.note("a/c"));
}
