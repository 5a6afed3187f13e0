#include "receiver/unpack/requeue.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/program/log.hpp"
#include "common/text/json.hpp"
#include "receiver/unpack/rejection.hpp"
#include "receiver/unpack/summary.hpp"

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
  if (id) healthmetric::remove_rejecting_summary(storage, *id);
}

bool hold_the_same(Storage& storage, const RelativePath& a, const RelativePath& b) {
  auto left = storage.open(a);
  auto right = storage.open(b);
  return left && right && same_bytes(*left, *right);
}

RelativePath reason_of(const std::string& payload) {
  return RelativePath(payload + std::string(kReasonSuffix));
}

void take_back(Storage& storage, const std::string& name) {
  const RelativePath payload(name);
  const Json reason = read_reason(storage, reason_of(name));
  const RelativePath place = place_in_inbox(reason);
  const bool is_there = storage.exists(place);
  if (is_there && !hold_the_same(storage, payload, place)) {
    throw Error(ErrorCode::bad_payload, in_quotes(place.str()) + " is already there");
  }
  remove_rejecting_summary(storage, reason);
  if (is_there) {
    storage.remove(payload);
  } else if (storage.move(payload, place) == Storage::Moved::target_exists) {
    return;
  }
  storage.remove(reason_of(name));
}

/// What lies in `rejected/`, as far as this room is concerned.
struct Rejected {
  std::vector<Storage::File> payloads;      ///< that have their reason beside them, with their path
  std::vector<std::string> orphan_reasons;  ///< whose payload is gone
};

Rejected list_rejected(Storage& storage) {
  std::vector<Storage::File> files = storage.files_in(kRejectedFolder);
  for (Storage::File& file : files) file.name.insert(0, kRejectedFolder);
  const auto comes_before = [](const Storage::File& file, const std::string& name) {
    return file.name < name;
  };
  Rejected rejected;
  for (const Storage::File& file : files) {
    if (!file.name.ends_with(kReasonSuffix) || !is_usable(file.name)) continue;
    const std::string payload = file.name.substr(0, file.name.size() - kReasonSuffix.size());
    const auto there = std::lower_bound(files.begin(), files.end(), payload, comes_before);
    if (there != files.end() && there->name == payload) {
      rejected.payloads.push_back(*there);
    } else {
      rejected.orphan_reasons.push_back(file.name);
    }
  }
  return rejected;
}

std::optional<PayloadName> part_name(const RelativePath& payload) {
  auto name = PayloadName::parse(payload.filename());
  const bool is_part = name && !(name->part == 1 && name->last);
  return is_part ? std::move(name) : std::nullopt;
}

/// The parts in `rejected/`, with the names they had, by the batch they are of.
std::multimap<std::string, NamedPayload> rejected_parts(Storage& storage) {
  std::multimap<std::string, NamedPayload> parts;
  for (const Storage::File& file : list_rejected(storage).payloads) {
    if (file.name.find(".part-") == std::string::npos) continue;
    try {
      const RelativePath place = place_in_inbox(read_reason(storage, reason_of(file.name)));
      if (const auto name = part_name(place)) {
        const PayloadFile payload{RelativePath(file.name), file.size_bytes};
        parts.emplace(name->batch.str(), NamedPayload{*name, payload, file.modified});
      }
    } catch (const Error& error) {
      if (!is_defect(error.code())) throw;
    }
  }
  return parts;
}

/// False, with a word in the log, where it cannot be moved.
bool try_again(Storage& storage, const std::string& rejected) {
  try {
    take_back(storage, rejected);
    log::info("trying again: " + in_quotes(rejected));
    return true;
  } catch (const Error& error) {
    if (!is_defect(error.code())) throw;
    log::error("cannot try " + in_quotes(rejected) + " again: " + error.what());
    return false;
  }
}

}  // namespace

Retried retry_rejected(Storage& storage) {
  Retried retried;
  const Rejected rejected = list_rejected(storage);
  for (const Storage::File& payload : rejected.payloads) {
    const bool is_taken = try_again(storage, payload.name);
    (is_taken ? retried.taken : retried.left).push_back(payload.name);
  }
  for (const std::string& name : rejected.orphan_reasons) storage.remove(RelativePath(name));
  storage.sync();
  return retried;
}

std::vector<NamedPayload> early_parts(Storage& storage, const Inbox& inbox) {
  std::vector<NamedPayload> early;
  std::optional<std::multimap<std::string, NamedPayload>> rejected;
  for (const WaitingBatch& batch : inbox.batches) {
    std::vector<PayloadName> names;
    for (const PayloadFile& payload : batch.payloads) {
      if (auto name = part_name(payload.path)) names.push_back(std::move(*name));
    }
    if (names.empty()) continue;
    if (!rejected) rejected = rejected_parts(storage);
    const auto [first, last] = rejected->equal_range(batch.id->str());
    std::for_each(first, last, [&](const auto& part) { names.push_back(part.second.name); });
    if (first == last || !are_all_parts(std::move(names))) continue;
    std::for_each(first, last, [&](const auto& part) { early.push_back(part.second); });
  }
  return early;
}

std::vector<std::string> take_back(Storage& storage, const std::vector<NamedPayload>& early) {
  std::vector<std::string> taken;
  for (const NamedPayload& part : early) {
    const std::string& path = part.payload.path.str();
    if (try_again(storage, path)) taken.push_back(path);
  }
  if (!taken.empty()) storage.sync();
  return taken;
}

}  // namespace healthmetric
