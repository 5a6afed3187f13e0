#include "common/json_scanner.hpp"

#include <algorithm>
#include <random>

#include "common/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/memory_streams.hpp"

using namespace healthmetric;

namespace {

constexpr JsonScanner::Bounds kBounds{.max_depth = 8, .max_keys = 100, .max_string_bytes = 200};

/// Calls `use` with a scanner over `text` that gets `step` bytes at a time.
template <typename Use>
auto scan(std::string_view text, Use&& use, std::size_t step = 1'000'000) {
  SlowSource source(text, step);
  JsonScanner scanner(source, kBounds);
  return use(scanner);
}

/// Reads the one value of a document.
std::optional<Error> skip_error(std::string_view text, std::size_t step = 1'000'000) {
  return error_of([&] {
    scan(
        text,
        [](JsonScanner& scanner) {
          scanner.skip_value();
          scanner.expect_end();
        },
        step);
  });
}

bool is_json(std::string_view text) {
  const bool whole = !skip_error(text);
  CHECK(whole == !skip_error(text, 1));
  return whole;
}

std::string string_of(std::string_view text) {
  return scan(
      text, [](JsonScanner& scanner) { return scanner.string(); }, 1);
}

std::string runs_of(std::string_view text, std::size_t step) {
  return scan(
      text,
      [](JsonScanner& scanner) {
        std::string out;
        scanner.begin_string();
        for (auto run = scanner.string_run(); !run.empty(); run = scanner.string_run()) out += run;
        scanner.expect_end();
        return out;
      },
      step);
}

}  // namespace

TEST_CASE("documents of RFC 8259 are read") {
  const char* const text = GENERATE(
      "{}", "[]", " \t\r\n{ } ", "null", "true", "false", "0", "-0", "12", "-1.5e+10", "1E2", "0.1",
      "\"\"", "\"\\u00e4\\n\\\"\\\\\\/\\b\\f\\r\\t\"", "\"\\ud83d\\ude00\"", "[1,2,[3]]",
      "{\"a\":{\"b\":[1,{\"c\":null}]},\"\":1}", "\xef\xbb\xbf{}", "\"\x7f\"");
  INFO(text);
  CHECK(is_json(text));
}

TEST_CASE("what RFC 8259 forbids is refused") {
  const char* const text =
      GENERATE("", " ", "{", "[", "}", "{]", "[}", "[1,]", "[,1]", "{,}", "{\"a\"}", "{\"a\":}",
               "{\"a\":1,}", "{a:1}", "{'a':1}", "01", "+1", "1.", ".5", "1e", "1e+", "-", "--1",
               "0x10", "NaN", "Infinity", "nul", "nulll", "True", "\"", "\"\\x\"", "\"\\u12\"",
               "\"\\u12g4\"", "\"\\ud800\"", "\"\\ude00\"", "\"\\ud800\\u0041\"", "\"a\nb\"",
               "\"\x01\"", "\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "{} {}", "1 2", "[1 2]",
               "{\"a\" 1}", "{\"a\":1 \"b\":2}", "\xef\xbb{}", "{}\xef\xbb\xbf", "//x\n1", "[1]x");
  INFO(text);
  CHECK_FALSE(is_json(text));
}

TEST_CASE("a document that is cut anywhere is refused at its end") {
  const std::string text = R"({"a": [1, true, null, "x\u00e4\ud83d\ude00"], "b": {"c": -1.5e3}})";
  for (std::size_t size = 0; size < text.size(); ++size) {
    INFO(text.substr(0, size));
    const auto error = skip_error(text.substr(0, size));
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::bad_payload);
  }
}

TEST_CASE("a key stands once in an object but may return in another") {
  CHECK_FALSE(is_json(R"({"a":1,"a":2})"));
  CHECK_FALSE(is_json(R"({"a":1,"b":{"c":1},"a":2})"));
  CHECK_FALSE(is_json("{\"a\":1,\"\\u0061\":2}"));
  CHECK(is_json(R"({"a":{"a":{"a":1}},"b":{"a":1}})"));
  CHECK(is_json(R"([{"a":1},{"a":1}])"));
}

TEST_CASE("depth has a bound") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(is_json(nested(8)));
  const auto error = skip_error(nested(9));
  REQUIRE(error);
  CHECK(std::string(error->what()).find("byte") != std::string::npos);
  CHECK(skip_error(std::string(10'000'000, '[')));
}

TEST_CASE("keys and strings have bounds") {
  std::string many = "{";
  for (std::size_t i = 0; i < kBounds.max_keys; ++i) many += "\"" + std::to_string(i) + "\":1,";
  many.back() = '}';
  CHECK(is_json(many));
  many.back() = ',';
  CHECK_FALSE(is_json(many + "\"x\":1}"));

  const auto quoted = [](std::size_t size) { return "\"" + std::string(size, 'a') + "\""; };
  CHECK(string_of(quoted(200)).size() == 200);
  CHECK(error_of([&] { string_of(quoted(201)); }));
  CHECK_FALSE(is_json("{" + quoted(201) + ":1}"));
}

TEST_CASE("strings are unescaped") {
  CHECK(string_of(R"("a\u0041\n\"\\\/")") == "aA\n\"\\/");
  CHECK(string_of(R"("\u00e4\u20ac\ud83d\ude00")") == "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
  CHECK(string_of("\"\\u0000\"") == std::string(1, '\0'));
}

TEST_CASE("integers are read whole or not at all") {
  const auto number = [](std::string_view text) {
    return scan(
        text,
        [](JsonScanner& scanner) {
          const std::uint64_t value = scanner.unsigned_integer();
          scanner.expect_end();
          return value;
        },
        1);
  };
  CHECK(number("0") == 0);
  CHECK(number("18446744073709551615") == 18'446'744'073'709'551'615U);
  for (const char* text : {"18446744073709551616", "99999999999999999999999999", "-1", "1.0", "1e3",
                           "01", "", "\"1\"", "null", "- 1"}) {
    INFO(text);
    CHECK(error_code_of([&] { number(text); }) == ErrorCode::bad_payload);
  }
  CHECK(error_of([&] { number(std::string(1'000'000, '9')); }));
}

TEST_CASE("objects and arrays are walked in their order") {
  const std::string text = R"({"a": 1, "b": [true, null, "x"], "c": {}})";
  for (const std::size_t step : {1U, 2U, 7U, 1000U}) {
    scan(
        text,
        [](JsonScanner& scanner) {
          std::string key;
          scanner.begin_object();
          REQUIRE(scanner.next_key(key));
          CHECK(key == "a");
          CHECK(scanner.unsigned_integer() == 1);
          REQUIRE(scanner.next_key(key));
          CHECK(scanner.peek_value() == '[');
          scanner.begin_array();
          REQUIRE(scanner.next_element());
          CHECK(scanner.boolean());
          REQUIRE(scanner.next_element());
          CHECK(scanner.consume_null());
          REQUIRE(scanner.next_element());
          CHECK_FALSE(scanner.consume_null());
          CHECK(scanner.string() == "x");
          CHECK_FALSE(scanner.next_element());
          REQUIRE(scanner.next_key(key));
          scanner.skip_value();
          CHECK_FALSE(scanner.next_key(key));
          scanner.expect_end();
          return 0;
        },
        step);
  }
}

TEST_CASE("a long string comes in runs that add up") {
  const std::string content(1'000'000, 'A');
  CHECK(runs_of("\"" + content + "\"", 4096) == content);
  CHECK(runs_of("\"\"", 1) == "");
  CHECK(runs_of(R"("ab\/cd\u0041")", 1) == "ab/cdA");
  CHECK(error_of([&] { runs_of("\"" + content, 4096); }));
}

TEST_CASE("the rest of a short string is at hand in one piece") {
  const std::string content(200 * 1024, 'A');
  scan(
      "[\"" + content + "\",\"a\\/b\"]",
      [&](JsonScanner& scanner) {
        scanner.begin_array();
        REQUIRE(scanner.next_element());
        scanner.begin_string();
        const auto rest = scanner.string_rest();
        REQUIRE(rest);
        CHECK(*rest == content);
        while (!scanner.string_run().empty()) {
        }
        REQUIRE(scanner.next_element());
        scanner.begin_string();
        CHECK_FALSE(scanner.string_rest());
        return 0;
      },
      1000);
}

TEST_CASE("errors name the byte") {
  const auto error = skip_error(R"({"a": tru})");
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::bad_payload);
  CHECK(std::string(error->what()).find("byte") != std::string::npos);
}

TEST_CASE("what the scanner takes is what another reader takes") {
  std::minstd_rand random(1);
  const std::string_view alphabet = "{}[],:\"\\u0aetrfn1-. ";
  std::size_t agreed = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    for (unsigned i = 0; i < 1 + random() % 8; ++i) text += alphabet[random() % alphabet.size()];
    const bool ours = !skip_error(text);
    const bool theirs = Json::accept(text);
    // Only a key that comes twice is for us to refuse alone.
    if (theirs && !ours) CHECK(std::count(text.begin(), text.end(), ':') >= 2);
    if (ours) CHECK(theirs);
    if (ours && theirs) ++agreed;
  }
  CHECK(agreed > 1000);
}
