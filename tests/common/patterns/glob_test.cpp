#include "common/patterns/glob.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

namespace {

bool matches(const char* glob, const char* name) {
  return patterns::glob_matches(patterns::characters_of(glob), patterns::characters_of(name));
}

}  // namespace

TEST_CASE("a glob matches characters, not bytes, in any locale") {
  const auto [glob, name] = GENERATE(table<const char*, const char*>({
      {"", ""},
      {"*", ""},
      {"*", ".hidden"},
      {"?", "é"},
      {"?", "\U0001f600"},
      {"caf?", "café"},
      {"caf[é]", "café"},
      {"[α-ω]", "β"},
      {"[!a]", "é"},
      {"[^a-z]", "é"},
      {"[[:alpha:]]", "é"},
      {"[[:digit:]x]", "7"},
      {"[]a]", "]"},
      {"[!]a]", "b"},
      {"[a-]", "-"},
      {"[\\]]", "]"},
      {"[\\a-\\c]", "b"},
      {"[", "["},
      {"[a", "[a"},
      {"[!", "[!"},
      {"[[:alpha:", "[[:alpha:"},
      {"\\*", "*"},
      {"a\\", "a\\"},
      {"a*b*c", "a-b-b-c-c"},
      {"*.csv", "x.csv.csv"},
      {"**", "x"},
      {"?", "\xff"},
      {"\xff*", "\xff\xfe"},
  }));
  INFO(glob << " on " << name);
  CHECK(matches(glob, name));
}

TEST_CASE("and nothing else") {
  const auto [glob, name] = GENERATE(table<const char*, const char*>({
      {"", "a"},
      {"?", ""},
      {"??", "é"},
      {"[Ã©]", "é"},
      {"[a]", "A"},
      {"[a-c]", "d"},
      {"[c-a]", "b"},
      {"[!a]", "a"},
      {"[!a]", ""},
      {"[[:digit:]]", "x"},
      {"[[:nothing:]]", "x"},
      {"[]", "]"},
      {"\\*", "a"},
      {"a*b", "a-b-"},
      {"\xff", "ÿ"},
      {"*.csv", "x.csv2"},
  }));
  INFO(glob << " on " << name);
  CHECK_FALSE(matches(glob, name));
}

TEST_CASE("many stars do not make matching slow") {
  std::string glob;
  for (int i = 0; i < 60; ++i) glob += "*a";
  CHECK_FALSE(matches((glob + "b").c_str(), std::string(255, 'a').c_str()));
}
