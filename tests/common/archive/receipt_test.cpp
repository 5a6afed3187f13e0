#include "common/archive/receipt.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

namespace {

archive::Receipt read(const std::string& text) {
  TextSource source(text);
  return archive::read_receipt(source);
}

std::string with_payloads(int count) {
  std::string text = R"({"status": "stored", "payloads": [)";
  for (int i = 0; i < count; ++i) text += R"({"path": "inbox/x.json", "size": 1},)";
  text.back() = ']';
  return text + "}";
}

}  // namespace

TEST_CASE("a receipt names its payloads and what became of them") {
  CHECK(read(with_payloads(2)).payloads.size() == 2);
  CHECK(read(with_payloads(2)).status == archive::BatchStatus::stored);
  CHECK(error_text_of([] { archive::parse_batch_status("lost"); }).find("'lost'") !=
        std::string::npos);
}

TEST_CASE("the number of payloads in a receipt is limited") {
  CHECK_FALSE(error_of([] { read(with_payloads(50'000)); }));
  CHECK(error_code_of([] { read(with_payloads(50'001)); }) == ErrorCode::bad_payload);
}
