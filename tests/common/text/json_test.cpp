#include "common/text/json.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

TEST_CASE("a small document is read whole or refused by name") {
  CHECK(text::parse_json("{\"a\": [1]}", "it")["a"][0] == 1);
  for (const char* text : {"", "{", "{} {}", "nul", "\"\xff\""}) {
    const auto error = error_of([&] { text::parse_json(text, "receipt"); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::bad_payload);
    CHECK(std::string(error->what()).starts_with("receipt"));
  }
}

TEST_CASE("nesting and numbers beyond the limits are refused") {
  CHECK_FALSE(
      error_of([] { text::parse_json(std::string(60, '[') + std::string(60, ']'), "it"); }));
  CHECK(error_code_of([] { text::parse_json(std::string(1'000'000, '['), "it"); }) ==
        ErrorCode::bad_payload);
  CHECK(error_code_of([] { text::parse_json("1e999", "it"); }) == ErrorCode::bad_payload);
}

TEST_CASE("any document can be written as text") {
  CHECK(text::to_text({{"b", 1}, {"a", "\xff"}}) == "{\"b\":1,\"a\":\"\xef\xbf\xbd\"}");
  CHECK(text::to_pretty_text({{"a", 1}}) == "{\n  \"a\": 1\n}\n");
}

TEST_CASE("a member counts when it is a string") {
  const text::Json json = text::parse_json(R"({"a": "x", "b": 1, "c": null})", "it");
  CHECK(text::string_member(json, "a") == "x");
  for (const char* key : {"b", "c", "d"}) CHECK(text::string_member(json, key).empty());
  CHECK(text::string_member(text::parse_json("[]", "it"), "a").empty());
  CHECK(text::string_member(text::parse_json("1", "it"), "a").empty());
}

TEST_CASE("a string is written as JSON") {
  std::string out = "x";
  text::append_json_string("a\"\\\n\x01\xc3\xa4", out);
  CHECK(out.substr(0, 2) == "x\"");
  CHECK(text::parse_json(out.substr(1), "it").get<std::string>() == "a\"\\\n\x01\xc3\xa4");
}

TEST_CASE("a document on one line cannot contain a workflow command") {
  const text::Json json = {"a##[error]b ##[c", "###[["};
  const std::string text = text::to_text(json);
  CHECK(text.find("##[") == std::string::npos);
  CHECK(text::parse_json(text, "text") == json);
}
