#include "receiver/unpack/rejection.hpp"

#include <algorithm>

#include "common/archive/layout.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/base/version.hpp"
#include "common/payload/reader.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::unpack {
namespace {

/// Room for "~2" and ".reason.json" behind a payload's name.
constexpr std::size_t kMaxRejectedNameBytes = payload::RelativePath::kMaxComponentBytes - 24;

std::string reason_text(const archive::PayloadFile& payload, const Rejection& rejection) {
  text::Json reason;
  reason["batch_id"] = rejection.id ? text::Json(rejection.id->str()) : text::Json(nullptr);
  reason["payload"] = payload.path.str();
  reason["size"] = payload.size_bytes;
  reason["reason"] = rejection.reason;
  reason["rejected_at"] = text::format_timestamp(rejection.rejected_at);
  reason["receiver"] = {{"version", kVersion}};
  return text::to_pretty_text(reason);
}

bool holds_the_same(archive::Storage& storage, const payload::RelativePath& a,
                    const payload::RelativePath& b) {
  auto left = storage.open(a);
  auto right = storage.open(b);
  return left && right && archive::same_bytes(*left, *right);
}

/// As much of the end of a name as leaves room behind it, cut between characters.
std::string_view end_of(std::string_view name) {
  while (name.size() > kMaxRejectedNameBytes) name.remove_prefix(utf8_sequence_length(name));
  return name;
}

/// The first of its places that is free or already holds this payload.
payload::RelativePath target_for(archive::Storage& storage, const archive::PayloadFile& payload) {
  const std::string_view name = end_of(payload.path.filename());
  for (unsigned attempt = 1;; ++attempt) {
    payload::RelativePath target = archive::rejected_path(name, attempt);
    if (!storage.exists(target) || holds_the_same(storage, payload.path, target)) return target;
  }
}

}  // namespace

bool is_defect(ErrorCode code) {
  return code == ErrorCode::bad_payload || code == ErrorCode::too_large ||
         code == ErrorCode::unsafe_path;
}

payload::ProducerMark claimed_producer(archive::Storage& storage,
                                       const std::vector<archive::PayloadFile>& payloads,
                                       const payload::BatchId& id, const payload::Limits& limits) {
  if (payloads.empty()) return {};
  auto file = storage.open(payloads.back().path);
  if (!file) return {};
  const auto metadata = payload::read_metadata_alone(*file, limits);
  if (!metadata || metadata->batch_id != id.str()) return {};
  return metadata->producer;
}

std::vector<payload::RelativePath> set_aside(archive::Storage& storage,
                                             const std::vector<archive::PayloadFile>& payloads,
                                             const Rejection& rejection) {
  std::vector<payload::RelativePath> now_there;
  for (const archive::PayloadFile& payload : payloads) {
    const payload::RelativePath target = target_for(storage, payload);
    const payload::RelativePath reason(archive::reason_of(target.str()));
    storage.write_durably(reason, reason_text(payload, rejection));
    if (storage.move(payload.path, target) == archive::Storage::Moved::target_exists) {
      storage.remove(payload.path);  // an earlier run stored the same bytes there
    }
    // Two copies of one payload become one.
    if (std::find(now_there.begin(), now_there.end(), target) != now_there.end()) continue;
    now_there.push_back(target);
    now_there.push_back(reason);
  }
  storage.sync();
  return now_there;
}

}  // namespace healthmetric::unpack
