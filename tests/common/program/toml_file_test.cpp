#include "common/program/toml_file.hpp"

#include <string>

#include "common/base/error.hpp"
#include "common/program/toml_keys.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;
using program::kMaxKeyParts;
using program::line_of_long_key;

namespace {

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

/// "a.a.a" of that many parts.
std::string key(std::size_t parts) {
  return repeated("a.", parts - 1) + "a";
}

}  // namespace

TEST_CASE("a key of too many parts is found, with its line") {
  const std::string longest = key(kMaxKeyParts);
  const std::string too_long = key(kMaxKeyParts + 1);
  CHECK_FALSE(line_of_long_key(longest + " = 1\n[" + longest + "]\n" + longest + "=1"));
  CHECK(line_of_long_key(too_long + " = 1") == 1);
  CHECK(line_of_long_key("a = 1\n[" + too_long + "]") == 2);
  CHECK(line_of_long_key("\n\na = {b = 1, " + too_long + " = 2}") == 3);
  CHECK(line_of_long_key("'=' . \"#\" ." + too_long + " = 1") == 1);
}

TEST_CASE("dots of strings and comments are not those of keys") {
  const std::string dots = repeated(".", 1000);
  CHECK_FALSE(line_of_long_key("a = \"" + dots + "\" # " + dots));
  CHECK_FALSE(line_of_long_key("a = '" + dots + "'"));
  CHECK_FALSE(line_of_long_key("a = \"\\\"" + dots + "\""));
  CHECK_FALSE(line_of_long_key("a = \"\"\"\n'" + dots + "\n\"" + dots + "\"\"\"\"\"\n"));
  CHECK_FALSE(line_of_long_key("a = '''\n\"" + dots + "'''''\n"));
}

TEST_CASE("no string hides a key") {
  const std::string end = key(kMaxKeyParts + 1) + " = 1";
  for (const std::string begin :
       {"a = \"#\"\n", "a = '\\'\n", "a = \"\\\\\"\n", "a = {b = \"\"\"\n\"\"\"\"\", ",
        "a = {b = '''\n'''', ", "a = {b = \"\", ", "a = ''''''\n", "# \"\"\"\n", "\"'\" . "}) {
    CHECK(line_of_long_key(begin + end));
  }
}

TEST_CASE("settings that are nested deeply are refused, whatever nests them") {
  const auto parse = [](const std::string& text) {
    return error_code_of([&] { (void)program::parse_toml(text, "sender.toml"); });
  };
  CHECK(parse(key(100'000) + " = 1") == ErrorCode::usage);
  CHECK(parse("[" + key(500'000) + "]") == ErrorCode::usage);
  CHECK(parse("a = " + repeated("[", 1'000)) == ErrorCode::usage);
  const std::size_t levels = 120;  // of tables and of lists each
  CHECK(parse("a = " + repeated("[\n{" + key(kMaxKeyParts) + " = ", levels) + "1" +
              repeated("}\n]", levels)) == ErrorCode::usage);
}
