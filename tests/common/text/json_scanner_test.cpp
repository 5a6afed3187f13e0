#include "common/text/json_scanner.hpp"

#include <algorithm>
#include <random>

#include "common/text/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/memory_streams.hpp"

using namespace healthmetric;

namespace {

constexpr text::JsonScanner::Bounds kBounds{
    .max_depth = 8, .max_keys = 100, .max_string_bytes = 200};

/// Calls `use` with a scanner over `text` that gets `step` bytes at a time.
template <typename Use>
auto scan(std::string_view text, Use&& use, std::size_t step = 1'000'000) {
  SlowSource source(text, step);
  text::JsonScanner scanner(source, kBounds);
  return use(scanner);
}

/// Reads the one value of a document.
std::optional<Error> skip_error(std::string_view text, std::size_t step = 1'000'000) {
  return error_of([&] {
    scan(
        text,
        [](text::JsonScanner& scanner) {
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
      text, [](text::JsonScanner& scanner) { return scanner.string(); }, 1);
}

std::string runs_of(std::string_view text, std::size_t step) {
  return scan(
      text,
      [](text::JsonScanner& scanner) {
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

TEST_CASE("documents that RFC 8259 forbids are refused") {
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

TEST_CASE("a key may occur once in an object, and again in another") {
  CHECK_FALSE(is_json(R"({"a":1,"a":2})"));
  CHECK_FALSE(is_json(R"({"a":1,"b":{"c":1},"a":2})"));
  CHECK_FALSE(is_json("{\"a\":1,\"\\u0061\":2}"));
  CHECK(is_json(R"({"a":{"a":{"a":1}},"b":{"a":1}})"));
  CHECK(is_json(R"([{"a":1},{"a":1}])"));
}

TEST_CASE("depth is limited") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(is_json(nested(8)));
  const auto error = skip_error(nested(9));
  REQUIRE(error);
  CHECK(std::string(error->what()).find("byte") != std::string::npos);
  CHECK(skip_error(std::string(10'000'000, '[')));
}

TEST_CASE("the lengths of keys and strings are limited") {
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

TEST_CASE("integers are read completely or refused") {
  const auto number = [](std::string_view text) {
    return scan(
        text,
        [](text::JsonScanner& scanner) {
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

TEST_CASE("objects and arrays are read in order") {
  const std::string text = R"({"a": 1, "b": [true, null, "x"], "c": {}})";
  for (const std::size_t step : {1U, 2U, 7U, 1000U}) {
    scan(
        text,
        [](text::JsonScanner& scanner) {
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

TEST_CASE("a string full of escapes is read in few pieces") {
  const std::string piece = GENERATE("\\u0041", "\\u0041B", "\\/", "CD\\u0041\\u0042");
  std::string text = "\"";
  for (int i = 0; i < 20'000; ++i) text += piece;
  text += '"';
  TextSource whole_source(text);
  text::JsonScanner whole(whole_source, {8, 1000, 1'000'000});
  const std::string expected = whole.string();
  TextSource source(text);
  text::JsonScanner scanner(source, kBounds);
  scanner.begin_string();
  std::string out;
  int runs = 0;
  for (auto run = scanner.string_run(); !run.empty(); run = scanner.string_run(), ++runs)
    out += run;
  CHECK(out == expected);
  CHECK(runs <= 1 + static_cast<int>(out.size() / 2048));
  scanner.expect_end();
}

TEST_CASE("the rest of a short string is returned in one piece") {
  const std::string content(200 * 1024, 'A');
  scan(
      "[\"" + content + "\",\"a\\/b\"]",
      [&](text::JsonScanner& scanner) {
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

TEST_CASE("the scanner accepts the same documents as another parser") {
  std::minstd_rand random(1);
  const std::string_view alphabet = "{}[],:\"\\u0aetrfn1-. ";
  std::size_t agreed = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (unsigned i = 0; i < 1 + random() % 8; ++i) text += alphabet[random() % alphabet.size()];
    const bool ours = !skip_error(text);
    const bool theirs = text::Json::accept(text);
    // Only a key that comes twice is for us to refuse alone.
    if (theirs && !ours) CHECK(std::count(text.begin(), text.end(), ':') >= 2);
    if (ours) CHECK(theirs);
    if (ours && theirs) ++agreed;
  }
  CHECK(agreed > 100);
}

TEST_CASE("a document means the same wherever it is split") {
  const std::string text =
      "\xef\xbb\xbf{\"k\\u00e4\": \"\xf0\x9f\x98\x80\\ud83d\\ude00\\n\", \"n\": 1844674407, "
      "\"l\": [true, false, null, -1.25e-3]}";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    INFO(step);
    scan(
        text,
        [](text::JsonScanner& scanner) {
          std::string key;
          scanner.begin_object();
          REQUIRE(scanner.next_key(key));
          CHECK(key == "k\xc3\xa4");
          CHECK(scanner.string() == "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\n");
          REQUIRE(scanner.next_key(key));
          CHECK(scanner.unsigned_integer() == 1'844'674'407);
          REQUIRE(scanner.next_key(key));
          scanner.skip_value();
          CHECK_FALSE(scanner.next_key(key));
          scanner.expect_end();
          return 0;
        },
        step);
  }
}

TEST_CASE("a string across blocks of the scanner is read whole") {
  // The scanner's blocks have 256 KiB; white space moves the text across the end of the first.
  constexpr std::size_t kBlock = std::size_t{256} * 1024;
  const std::string text = "\"\xf0\x9f\x98\x80\\ud83d\\ude00\\\\\xc3\xa4\"";
  const std::string meaning = "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\\\xc3\xa4";
  for (std::size_t before = 0; before <= text.size() + 1; ++before) {
    INFO(before);
    const std::string document = std::string(kBlock - before, ' ') + text;
    CHECK(scan(document, [](text::JsonScanner& scanner) { return scanner.string(); }) == meaning);
    CHECK_FALSE(skip_error(document));
    CHECK(runs_of(document, 1'000'000) == meaning);
  }
}

TEST_CASE("a skipped string of any length must be UTF-8 without control characters") {
  constexpr std::size_t kLong = 600'000;
  const std::string plain = std::string(kLong, 'a');
  CHECK_FALSE(skip_error("\"" + plain + "\xc3\xa4\""));
  for (const char* end : {"\xc3", "\xff", "\x01", "\n", "\xed\xa0\x80", "\xc0\x80"}) {
    CHECK(skip_error("\"" + plain + end + "\""));
    CHECK(skip_error("\"" + std::string(end) + plain + "\""));
  }
  CHECK(skip_error("\"\xc3\\u00a4\""));
}

TEST_CASE("only the keys of open objects count") {
  std::string text = "[";
  for (int i = 0; i < 50; ++i) {
    text += R"({"a":1,"b":2,"c":3},)";
  }
  text.back() = ']';
  CHECK_FALSE(skip_error(text));
  std::string outer = "{";
  for (std::size_t i = 0; i + 1 < kBounds.max_keys; ++i) {
    outer += "\"" + std::to_string(i) + "\":0,";
  }
  CHECK_FALSE(skip_error(outer + R"("x":{}})"));
  const auto error = skip_error(outer + R"("x":{"y":0}})");
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::too_large);
}

TEST_CASE("depth counts open levels only") {
  std::string text = "[";
  for (int i = 0; i < 50; ++i) text += "[[[[[[[]]]]]]],";
  text.back() = ']';
  CHECK_FALSE(skip_error(text));
  CHECK(skip_error("[" + text + "]"));
  CHECK_FALSE(skip_error(R"({"a":{"a":{"a":{"a":[{"a":[{}]}]}}}})"));
  CHECK(skip_error(R"({"a":{"a":{"a":{"a":[{"a":[{"a":[]}]}]}}}})"));
}

TEST_CASE("a value must have the requested type") {
  using Ask = void (*)(text::JsonScanner&);
  const Ask ask = GENERATE(Ask([](text::JsonScanner& s) { s.begin_object(); }),
                           Ask([](text::JsonScanner& s) { s.begin_array(); }),
                           Ask([](text::JsonScanner& s) { (void)s.string(); }),
                           Ask([](text::JsonScanner& s) { (void)s.unsigned_integer(); }),
                           Ask([](text::JsonScanner& s) { (void)s.boolean(); }),
                           Ask([](text::JsonScanner& s) { s.begin_string(); }),
                           Ask([](text::JsonScanner& s) { s.expect_end(); }));
  std::size_t refused = 0;
  for (const char* text : {"{}", "[]", "\"a\"", "1", "true", "null"}) {
    const auto error = error_of([&] {
      scan(text, [&](text::JsonScanner& s) {
        ask(s);
        return 0;
      });
    });
    if (!error) continue;
    CHECK(error->code() == ErrorCode::bad_payload);
    ++refused;
  }
  CHECK(refused >= 5);
}

TEST_CASE("the offset is the number of bytes read") {
  const std::string text = "  {\"a\" : 12 } ";
  for (const std::size_t step : {1U, 3U, 1000U}) {
    scan(
        text,
        [&](text::JsonScanner& scanner) {
          CHECK(scanner.offset() == 0);
          scanner.begin_object();
          CHECK(scanner.offset() == 3);
          std::string key;
          CHECK(scanner.next_key(key));
          CHECK(scanner.unsigned_integer() == 12);
          CHECK(scanner.offset() == 11);
          CHECK_FALSE(scanner.next_key(key));
          CHECK(scanner.offset() == 13);
          scanner.expect_end();
          CHECK(scanner.offset() == text.size());
          return 0;
        },
        step);
  }
  const std::string far = std::string(500'000, ' ') + "x";
  const auto error = skip_error(far, 4096);
  REQUIRE(error);
  CHECK(std::string(error->what()).find("byte 500000") != std::string::npos);
}

TEST_CASE("the second of two equal keys is the one that is named") {
  const auto error = skip_error(R"({"a":1,"bb":2,"a":3})");
  REQUIRE(error);
  CHECK(std::string(error->what()).find("byte 14") != std::string::npos);
}

TEST_CASE("an exception of the source is passed on") {
  class Broken final : public Source {
   public:
    std::size_t read(std::span<char> into) override {
      if (given_) throw Error(ErrorCode::io, "gone");
      given_ = true;
      into[0] = '[';
      return 1;
    }

   private:
    bool given_ = false;
  };
  Broken source;
  CHECK(error_code_of([&] {
          text::JsonScanner scanner(source, kBounds);
          scanner.skip_value();
        }) == ErrorCode::io);
}
