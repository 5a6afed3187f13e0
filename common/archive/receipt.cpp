#include "common/archive/receipt.hpp"

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/payload/batch_id.hpp"
#include "common/text/json_scanner.hpp"

namespace healthmetric::archive {
namespace {

constexpr text::JsonScanner::Bounds kBounds{6, 100'000, kMaxRecordedTextBytes};

/// A batch of 1 GiB in the smallest parts has less than half as many.
constexpr std::size_t kMaxPayloads = 50'000;

constexpr std::size_t kMaxShownBytes = 100;

std::vector<PayloadFile> read_payloads(text::JsonScanner& scanner) {
  std::vector<PayloadFile> payloads;
  scanner.begin_array();
  while (scanner.next_element()) {
    if (payloads.size() == kMaxPayloads) scanner.fail("too many payloads");
    std::string path;
    std::uint64_t size = 0;
    std::string key;
    scanner.begin_object();
    while (scanner.next_key(key)) {
      if (key == "path") {
        path = scanner.string();
      } else if (key == "size") {
        size = scanner.unsigned_integer();
      } else {
        scanner.skip_value();
      }
    }
    payloads.push_back({payload::RelativePath(path), size});
  }
  return payloads;
}

}  // namespace

std::string_view to_text(BatchStatus status) {
  return status == BatchStatus::stored ? "stored" : "rejected";
}

BatchStatus parse_batch_status(std::string_view text) {
  if (text == "stored") return BatchStatus::stored;
  if (text == "rejected") return BatchStatus::rejected;
  throw Error(ErrorCode::bad_payload, "the summary has the unknown status " +
                                          in_quotes(utf8_prefix(text, kMaxShownBytes)) +
                                          ": a newer version may know it");
}

bool is_final(const Receipt& receipt) {
  if (receipt.status == BatchStatus::stored || receipt.payloads.empty()) return true;
  std::vector<payload::PayloadName> names;
  for (const PayloadFile& payload : receipt.payloads) {
    auto name = payload::PayloadName::parse(payload.path.filename());
    if (!name) return true;  // it went by what it holds, so it was there whole
    names.push_back(std::move(*name));
  }
  return payload::are_all_parts(std::move(names));
}

Receipt read_receipt(Source& source) {
  text::JsonScanner scanner(source, kBounds, text::JsonScanner::Buffer::small);
  std::optional<BatchStatus> status;
  std::optional<std::vector<PayloadFile>> payloads;
  std::string reason;
  std::string key;
  scanner.begin_object();
  while (!(status && payloads) && scanner.next_key(key)) {
    if (key == "status") {
      status = parse_batch_status(scanner.string());
    } else if (key == "reason") {
      if (!scanner.consume_null()) reason = scanner.string();
    } else if (key == "payloads") {
      payloads = read_payloads(scanner);
    } else {
      scanner.skip_value();
    }
  }
  if (!status || !payloads) {
    throw Error(ErrorCode::bad_payload, "the summary has no status or no payloads");
  }
  return {*status, std::move(reason), std::move(*payloads)};
}

}  // namespace healthmetric::archive
