#include "sender/path_patterns.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

namespace {

bool matches(const char* glob, const char* path) {
  return PathPatterns({{Verdict::exclude, glob}}).verdict_on(path).has_value();
}

}  // namespace

TEST_CASE("a glob without a slash matches a name at any depth and all below it") {
  CHECK(matches("*.csv", "a.csv"));
  CHECK(matches("*.csv", "x/y/a.csv"));
  CHECK(matches("raw", "raw"));
  CHECK(matches("raw", "x/raw/y/a.csv"));
  CHECK(matches("raw/", "x/raw/a.csv"));
  CHECK(matches("a?[0-9].csv", "ab7.csv"));
  CHECK_FALSE(matches("*.csv", "a.csv.json"));
  CHECK_FALSE(matches("raw", "raws/a.csv"));
  CHECK_FALSE(matches("*.csv", "a.CSV"));
}

TEST_CASE("a glob with a slash matches a path below the folder") {
  CHECK(matches("x/*.csv", "x/a.csv"));
  CHECK(matches("/x", "x/a.csv"));
  CHECK(matches("./x/y", "x/y/a.csv"));
  CHECK_FALSE(matches("x/*.csv", "x/y/a.csv"));
  CHECK_FALSE(matches("x/*.csv", "z/x/a.csv"));
  CHECK_FALSE(matches("/x", "z/x"));
}

TEST_CASE("two stars stand for any number of folders") {
  CHECK(matches("**/a.csv", "a.csv"));
  CHECK(matches("**/a.csv", "x/y/a.csv"));
  CHECK(matches("x/**/a.csv", "x/a.csv"));
  CHECK(matches("x/**/a.csv", "x/y/z/a.csv"));
  CHECK(matches("x/**", "x/a.csv"));
  CHECK(matches("**", "a.csv"));
  CHECK_FALSE(matches("x/**", "x"));
  CHECK_FALSE(matches("x/**/a.csv", "y/a.csv"));
}

TEST_CASE("the last match wins, and what nothing matches follows from the first pattern") {
  const PathPatterns none;
  CHECK_FALSE(none.verdict_on("a.csv"));
  const PathPatterns exclude_first({{Verdict::exclude, "*.csv"}, {Verdict::include, "a.*"}});
  CHECK(exclude_first.verdict_on("b.csv") == Verdict::exclude);
  CHECK(exclude_first.verdict_on("a.csv") == Verdict::include);
  CHECK_FALSE(exclude_first.verdict_on("b.json"));
  const PathPatterns include_first({{Verdict::include, "*.csv"}, {Verdict::exclude, "a.*"}});
  CHECK(include_first.verdict_on("b.csv") == Verdict::include);
  CHECK(include_first.verdict_on("a.csv") == Verdict::exclude);
  CHECK(include_first.verdict_on("b.json") == Verdict::exclude);
}

TEST_CASE("a folder needs no look when nothing below it can be included") {
  CHECK(PathPatterns({{Verdict::exclude, "raw"}}).excludes_all_below("x/raw"));
  CHECK_FALSE(PathPatterns({{Verdict::exclude, "raw"}}).excludes_all_below("x"));
  CHECK_FALSE(PathPatterns({{Verdict::exclude, "raw"}, {Verdict::include, "*.csv"}})
                  .excludes_all_below("raw"));
}

TEST_CASE("a glob that names nothing is a usage error") {
  for (const char* glob : {"", "/", "//", "./"}) {
    INFO(glob);
    CHECK(error_code_of([&] { PathPatterns({{Verdict::include, glob}}); }) == ErrorCode::usage);
  }
}
