#include "receiver/retry.hpp"

#include <algorithm>

#include "common/error.hpp"
#include "common/json.hpp"
#include "common/log.hpp"
#include "common/printable.hpp"
#include "receiver/inbox.hpp"
#include "receiver/rejection.hpp"
#include "receiver/summary.hpp"

namespace healthmetric {
namespace {

/// Far more than a reason with the longest of names needs.
constexpr std::uint64_t kMaxReasonBytes = std::uint64_t{64} * 1024;

Json read_reason(Storage& storage, const RelativePath& path) {
  auto file = storage.open(path);
  if (!file) throw Error(ErrorCode::bad_payload, "its reason is gone");
  return parse_json(read_all(*file, kMaxReasonBytes, path.str()), in_quotes(path.str()));
}

/// Where the payload goes: whoever wrote the reason may choose a name, but no folder.
RelativePath place_in_inbox(const Json& reason) {
  const RelativePath before(string_member(reason, "payload"));
  const std::string name(before.filename());
  if (!is_inbox_payload_name(name)) {
    throw Error(ErrorCode::bad_payload, "its reason names no payload");
  }
  return RelativePath("inbox/" + name);
}

void remove_rejecting_summary(Storage& storage, const Json& reason) {
  const auto id = BatchId::parse(string_member(reason, "batch_id"));
  if (!id) return;
  const auto receipt = read_receipt(storage, *id);
  if (receipt && receipt->status == BatchStatus::rejected) storage.remove(summary_path(*id));
}

void take_back(Storage& storage, const std::string& name) {
  const RelativePath payload(name);
  const RelativePath reason_path(name + std::string(kReasonSuffix));
  const Json reason = read_reason(storage, reason_path);
  const RelativePath place = place_in_inbox(reason);
  if (storage.exists(place)) {
    throw Error(ErrorCode::bad_payload, in_quotes(place.str()) + " is already there");
  }
  remove_rejecting_summary(storage, reason);
  if (storage.move(payload, place) == Storage::Moved::yes) storage.remove(reason_path);
}

/// What lies in `rejected/`, as far as this room is concerned.
struct Rejected {
  std::vector<std::string> payloads;        ///< that have their reason beside them
  std::vector<std::string> orphan_reasons;  ///< whose payload is gone
};

Rejected list_rejected(Storage& storage) {
  std::vector<std::string> names;
  for (const Storage::File& file : storage.files_in(kRejectedFolder)) {
    names.push_back(std::string(kRejectedFolder) + file.name);
  }
  Rejected rejected;
  for (const std::string& name : names) {
    if (!name.ends_with(kReasonSuffix) || !is_usable(name)) continue;
    const std::string payload = name.substr(0, name.size() - kReasonSuffix.size());
    const bool is_there = std::binary_search(names.begin(), names.end(), payload);
    (is_there ? rejected.payloads : rejected.orphan_reasons).push_back(is_there ? payload : name);
  }
  return rejected;
}

}  // namespace

Retried retry_rejected(Storage& storage) {
  Retried retried;
  const Rejected rejected = list_rejected(storage);
  for (const std::string& name : rejected.payloads) {
    try {
      take_back(storage, name);
      log::info("trying again: " + in_quotes(name));
      retried.taken.push_back(name);
    } catch (const Error& error) {
      if (!is_defect(error.code())) throw;
      log::error("cannot try " + in_quotes(name) + " again: " + error.what());
      retried.left.push_back(name);
    }
  }
  for (const std::string& name : rejected.orphan_reasons) storage.remove(RelativePath(name));
  storage.sync();
  return retried;
}

}  // namespace healthmetric
