#include "common/patterns/path_patterns.hpp"

#include <span>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

namespace {

bool matches(const char* glob, const char* path) {
  return patterns::PathPatterns({{patterns::Verdict::exclude, glob}}).verdict_on(path).has_value();
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

TEST_CASE("two stars match any number of folders") {
  CHECK(matches("**/a.csv", "a.csv"));
  CHECK(matches("**/a.csv", "x/y/a.csv"));
  CHECK(matches("x/**/a.csv", "x/a.csv"));
  CHECK(matches("x/**/a.csv", "x/y/z/a.csv"));
  CHECK(matches("x/**", "x/a.csv"));
  CHECK(matches("**", "a.csv"));
  CHECK_FALSE(matches("x/**", "x"));
  CHECK_FALSE(matches("x/**/a.csv", "y/a.csv"));
}

namespace {

/// What a glob of names and "**" means, tried in all ways.
bool means(std::span<const std::string> glob, std::span<const std::string> path) {
  if (glob.empty()) return true;
  if (glob.front() != "**") {
    return !path.empty() && glob.front() == path.front() && means(glob.subspan(1), path.subspan(1));
  }
  if (glob.size() == 1) return !path.empty();
  for (std::size_t skipped = 0; skipped <= path.size(); ++skipped) {
    if (means(glob.subspan(1), path.subspan(skipped))) return true;
  }
  return false;
}

std::string joined(const std::vector<std::string>& names) {
  std::string path;
  for (const std::string& name : names) path += "/" + name;
  return path;
}

/// All lists of one to `most` of the words.
std::vector<std::vector<std::string>> lists_of(const std::vector<std::string>& words,
                                               std::size_t most) {
  std::vector<std::vector<std::string>> lists = {{}};
  for (std::size_t begin = 0, length = 1; length <= most; ++length) {
    const std::size_t end = lists.size();
    for (; begin < end; ++begin) {
      for (const std::string& word : words) {
        lists.push_back(lists[begin]);
        lists.back().push_back(word);
      }
    }
  }
  lists.erase(lists.begin());
  return lists;
}

}  // namespace

TEST_CASE("two stars mean the same anywhere and when repeated") {
  const auto paths = lists_of({"a", "b"}, 5);
  for (const auto& glob : lists_of({"a", "b", "**"}, 5)) {
    const patterns::PathPatterns pattern({{patterns::Verdict::exclude, joined(glob)}});
    for (const auto& path : paths) {
      const bool excludes =
          pattern.verdict_on(joined(path).substr(1)) == patterns::Verdict::exclude;
      if (excludes != means(glob, path)) FAIL(joined(glob) << " on " << joined(path));
    }
  }
}

TEST_CASE("the last match decides, and without a match the first pattern") {
  const patterns::PathPatterns none;
  CHECK_FALSE(none.verdict_on("a.csv"));
  const patterns::PathPatterns exclude_first(
      {{patterns::Verdict::exclude, "*.csv"}, {patterns::Verdict::include, "a.*"}});
  CHECK(exclude_first.verdict_on("b.csv") == patterns::Verdict::exclude);
  CHECK(exclude_first.verdict_on("a.csv") == patterns::Verdict::include);
  CHECK_FALSE(exclude_first.verdict_on("b.json"));
  const patterns::PathPatterns include_first(
      {{patterns::Verdict::include, "*.csv"}, {patterns::Verdict::exclude, "a.*"}});
  CHECK(include_first.verdict_on("b.csv") == patterns::Verdict::include);
  CHECK(include_first.verdict_on("a.csv") == patterns::Verdict::exclude);
  CHECK(include_first.verdict_on("b.json") == patterns::Verdict::exclude);
}

TEST_CASE("a folder is not read if nothing below it can be included") {
  CHECK(patterns::PathPatterns({{patterns::Verdict::exclude, "raw"}}).excludes_all_below("x/raw"));
  CHECK_FALSE(
      patterns::PathPatterns({{patterns::Verdict::exclude, "raw"}}).excludes_all_below("x"));
  CHECK_FALSE(patterns::PathPatterns(
                  {{patterns::Verdict::exclude, "raw"}, {patterns::Verdict::include, "*.csv"}})
                  .excludes_all_below("raw"));
}

TEST_CASE("an empty glob is a usage error") {
  for (const char* glob : {"", "/", "//", "./"}) {
    INFO(glob);
    CHECK(error_code_of([&] {
            patterns::PathPatterns({{patterns::Verdict::include, glob}});
          }) == ErrorCode::usage);
  }
}
