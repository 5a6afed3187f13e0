#include "receiver/page/page_text.hpp"

#include "receiver/commands/output_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/memory_streams.hpp"

using namespace healthmetric;
using page::PageParts;

namespace {

constexpr std::string_view kHtml = "<@POLICY@><@STYLE@><@DATA@><@SCRIPT@>";

std::string written(const PageParts& parts, std::string_view data) {
  TextSink sink;
  page::write_page(parts, data, sink);
  return sink.text;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the policy has the digests of the style and of the script") {
  // printf b{} | openssl dgst -sha256 -binary | base64, and of "run()"
  CHECK(written({kHtml, "b{}", "run()"}, "{}") ==
        "<default-src 'none'; style-src 'sha256-7yqHVAesot11p6HczDsgKRipvI5UPgs97z80zNXlans='; "
        "script-src 'sha256-AvyuiL0SD1mVY3NNxR+V2uo+lhk6RMFrytWmRt6CrJQ='; "
        "base-uri 'none'; form-action 'none'><b{}><{}><run()>");
}

TEST_CASE("no text in the data can end its element") {
  CHECK(has(written({kHtml, "", ""}, R"(["</script>","<!--"])"),
            R"(<["\u003c/script>","\u003c!--"]>)"));
}

TEST_CASE("a mark in the data or the script is text") {
  CHECK(has(written({kHtml, "@DATA@", "@POLICY@"}, R"("@SCRIPT@")"),
            R"(<@DATA@><"@SCRIPT@"><@POLICY@>)"));
}

TEST_CASE("a page without a mark is a defect") {
  CHECK(error_code_of([] { written({"<@POLICY@>", "", ""}, "{}"); }) == ErrorCode::internal);
}

TEST_CASE("the page that is built in is whole") {
  const std::string text = written(page::built_in_parts(), "{}");
  CHECK(text.starts_with("<!DOCTYPE html>\n"));
  CHECK(text.ends_with("</html>\n"));
  CHECK(text.find(page::kGenerator) < receiver::kMarkReach);
  CHECK(has(text, "start();"));
}
