#include "receiver/unpack/requeue.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/program/log.hpp"
#include "common/text/json.hpp"
#include "receiver/unpack/rejection.hpp"
#include "receiver/unpack/summary.hpp"

namespace healthmetric::unpack {
namespace {

/// Far more than a reason with the longest of names needs.
constexpr std::uint64_t kMaxReasonBytes = std::uint64_t{64} * 1024;

text::Json read_reason(archive::Storage& storage, const payload::RelativePath& path) {
  auto file = storage.open(path);
  if (!file) throw Error(ErrorCode::bad_payload, "its reason file is missing");
  return text::parse_json(platform::read_all(*file, kMaxReasonBytes, path.str()),
                          in_quotes(path.str()));
}

/// Where the payload goes: whoever wrote the reason may choose a name, but no folder.
payload::RelativePath place_in_inbox(const text::Json& reason) {
  const payload::RelativePath before(text::string_member(reason, "payload"));
  const std::string name(before.filename());
  if (!archive::is_payload_name(name)) {
    throw Error(ErrorCode::bad_payload, "its reason file does not name a payload");
  }
  return archive::inbox_path(name);
}

void remove_summary_of(archive::Storage& storage, const text::Json& reason) {
  const auto id = payload::BatchId::parse(text::string_member(reason, "batch_id"));
  if (id) remove_rejecting_summary(storage, *id);
}

bool hold_the_same(archive::Storage& storage, const payload::RelativePath& a,
                   const payload::RelativePath& b) {
  auto left = storage.open(a);
  auto right = storage.open(b);
  return left && right && archive::same_bytes(*left, *right);
}

payload::RelativePath reason_of(const std::string& payload) {
  return payload::RelativePath(archive::reason_of(payload));
}

void take_back(archive::Storage& storage, const std::string& name) {
  const payload::RelativePath payload(name);
  const text::Json reason = read_reason(storage, reason_of(name));
  const payload::RelativePath place = place_in_inbox(reason);
  const bool is_there = storage.exists(place);
  if (is_there && !hold_the_same(storage, payload, place)) {
    throw Error(ErrorCode::bad_payload, in_quotes(place.str()) + " already exists");
  }
  remove_summary_of(storage, reason);
  if (is_there) {
    storage.remove(payload);
  } else if (storage.move(payload, place) == archive::Storage::Moved::target_exists) {
    return;
  }
  storage.remove(reason_of(name));
}

/// What lies in `rejected/`, as far as this room is concerned.
struct Rejected {
  std::vector<archive::Storage::File>
      payloads;                             ///< that have their reason beside them, with their path
  std::vector<std::string> orphan_reasons;  ///< whose payload is gone
};

Rejected list_rejected(archive::Storage& storage) {
  std::vector<archive::Storage::File> files = storage.files_in(archive::kRejectedFolder);
  for (archive::Storage::File& file : files) file.name.insert(0, archive::kRejectedFolder);
  const auto comes_before = [](const archive::Storage::File& file, const std::string& name) {
    return file.name < name;
  };
  Rejected rejected;
  for (const archive::Storage::File& file : files) {
    const std::string payload(archive::payload_of_reason(file.name));
    if (payload.empty() || !is_usable(file.name)) continue;
    const auto there = std::lower_bound(files.begin(), files.end(), payload, comes_before);
    if (there != files.end() && there->name == payload) {
      rejected.payloads.push_back(*there);
    } else {
      rejected.orphan_reasons.push_back(file.name);
    }
  }
  return rejected;
}

std::optional<payload::PayloadName> part_name(const payload::RelativePath& payload) {
  auto name = payload::PayloadName::parse(payload.filename());
  const bool is_part = name && !(name->part == 1 && name->last);
  return is_part ? std::move(name) : std::nullopt;
}

/// The parts in `rejected/`, with the names they had, by the batch they are of.
std::multimap<std::string, NamedPayload> rejected_parts(archive::Storage& storage) {
  std::multimap<std::string, NamedPayload> parts;
  for (const archive::Storage::File& file : list_rejected(storage).payloads) {
    if (file.name.find(".part-") == std::string::npos) continue;
    try {
      const payload::RelativePath place =
          place_in_inbox(read_reason(storage, reason_of(file.name)));
      if (const auto name = part_name(place)) {
        const archive::PayloadFile payload{payload::RelativePath(file.name), file.size_bytes};
        parts.emplace(name->batch.str(), NamedPayload{*name, payload, file.modified});
      }
    } catch (const Error& error) {
      if (!is_defect(error.code())) throw;
    }
  }
  return parts;
}

/// False, with a word in the log, where it cannot be moved.
bool try_again(archive::Storage& storage, const std::string& rejected) {
  try {
    take_back(storage, rejected);
    log::info("moved " + in_quotes(rejected) + " back into the inbox");
    return true;
  } catch (const Error& error) {
    if (!is_defect(error.code())) throw;
    log::error("cannot retry " + in_quotes(rejected) + ": " + error.what());
    return false;
  }
}

}  // namespace

Retried retry_rejected(archive::Storage& storage) {
  Retried retried;
  const Rejected rejected = list_rejected(storage);
  for (const archive::Storage::File& payload : rejected.payloads) {
    const bool is_taken = try_again(storage, payload.name);
    (is_taken ? retried.taken : retried.left).push_back(payload.name);
  }
  for (const std::string& name : rejected.orphan_reasons)
    storage.remove(payload::RelativePath(name));
  storage.sync();
  return retried;
}

std::vector<NamedPayload> early_parts(archive::Storage& storage, const Inbox& inbox) {
  std::vector<NamedPayload> early;
  std::optional<std::multimap<std::string, NamedPayload>> rejected;
  for (const WaitingBatch& batch : inbox.batches) {
    std::vector<payload::PayloadName> names;
    for (const archive::PayloadFile& payload : batch.payloads) {
      if (auto name = part_name(payload.path)) names.push_back(std::move(*name));
    }
    if (names.empty()) continue;
    if (!rejected) rejected = rejected_parts(storage);
    const auto [first, last] = rejected->equal_range(batch.id->str());
    std::for_each(first, last, [&](const auto& part) { names.push_back(part.second.name); });
    if (first == last || !payload::are_all_parts(std::move(names))) continue;
    std::for_each(first, last, [&](const auto& part) { early.push_back(part.second); });
  }
  return early;
}

std::vector<std::string> take_back(archive::Storage& storage,
                                   const std::vector<NamedPayload>& early) {
  std::vector<std::string> taken;
  for (const NamedPayload& part : early) {
    const std::string& path = part.payload.path.str();
    if (try_again(storage, path)) taken.push_back(path);
  }
  if (!taken.empty()) storage.sync();
  return taken;
}

}  // namespace healthmetric::unpack
