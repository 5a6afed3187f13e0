#include "sender/forge/github_document.hpp"

#include "common/codec/base64.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

namespace {

/// As Gitea answers: the id in front of the content.
std::string document(const std::string& content) {
  return R"({"name":"x","path":"a/x","sha":"3f9a","type":"file","size":6,"encoding":"base64","content":")" +
         content + R"(","target":null,"_links":{"self":"s"}})";
}

}  // namespace

TEST_CASE("a blob id is found before a long content, also if that is cut off") {
  const std::string whole = document(base64::encode(std::string(1'000'000, 'x')));
  CHECK(forge::blob_id_in(whole) == "3f9a");
  CHECK(forge::blob_id_in(std::string_view(whole).substr(0, 700'000)) == "3f9a");
}

TEST_CASE("a folder has no blob id, and a page is no document") {
  CHECK(forge::blob_id_in(R"([{"sha":"3f9a"}])").empty());
  CHECK(forge::blob_id_in(R"({"name":"x"})").empty());
  for (const char* text : {"", "<html>", R"({"name":)", R"({"sha":null})", "7"}) {
    INFO(text);
    CHECK(error_code_of([&] { (void)forge::blob_id_in(text); }) == ErrorCode::bad_payload);
  }
}

TEST_CASE("a folder's names are read from a list, and from nothing that is none") {
  CHECK(forge::names_in(R"([{"name":"a","size":1},{"size":2,"name":"b"}])") ==
        std::vector<std::string>{"a", "b"});
  CHECK(forge::names_in("[]").empty());
  CHECK(forge::names_in(R"({"name":"a","sha":"1f"})").empty());
  for (const char* other :
       {"{}", R"({"sha":1})", "null", "\"a\"", "7", "[1]", R"([{"name":1}])", R"([{"size":1}])"}) {
    INFO(other);
    CHECK(error_code_of([&] { forge::names_in(other); }) == ErrorCode::bad_payload);
  }
}

TEST_CASE("content is decoded, with line ends in its base64 as GitHub has them") {
  CHECK(forge::content_in(document("aGVsbG8K")) == "hello\n");
  CHECK(forge::content_in(document("aGVs\\nbG8K\\n")) == "hello\n");
  CHECK(forge::content_in(document("")) == "");
}

TEST_CASE("the beginning of content that is cut off is returned") {
  const std::string bytes(3'000'000, 'x');
  const std::string whole = document(base64::encode(bytes));
  const auto content = forge::content_in(std::string_view(whole).substr(0, 2'000'000));
  REQUIRE(content);
  CHECK(content->size() > 1'000'000);
  CHECK(bytes.starts_with(*content));
}

TEST_CASE("a document without content has no content") {
  for (const char* text : {"", "[]", "7", "<html>", R"({"status":"stored"})", R"({"content":null})",
                           R"({"status":"stored","files":[)"}) {
    INFO(text);
    CHECK_FALSE(forge::content_in(text));
  }
}
