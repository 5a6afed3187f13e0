#include "receiver/unpack/inbox.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/payload/reader.hpp"
#include "common/program/log.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::unpack {
namespace {

bool hold_the_same(archive::StorageReader& storage, const archive::PayloadFile& a,
                   const archive::PayloadFile& b) {
  if (a.size_bytes != b.size_bytes) return false;
  auto left = storage.open(a.path);
  auto right = storage.open(b.path);
  return left && right && archive::same_bytes(*left, *right);
}

/// Takes out of the parts, sorted, what lies in the inbox and in the root alike.
std::vector<archive::PayloadFile> take_copies(archive::StorageReader& storage,
                                              std::vector<NamedPayload>& parts) {
  std::vector<archive::PayloadFile> copies;
  for (std::size_t i = 1; i < parts.size();) {
    if (parts[i].name == parts[i - 1].name &&
        hold_the_same(storage, parts[i].payload, parts[i - 1].payload)) {
      copies.push_back(parts[i].payload);
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return copies;
}

/// Why these parts, sorted, can never make a batch; nothing when they can.
std::string contradiction(const std::vector<NamedPayload>& parts) {
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].name.part == parts[i + 1].name.part) {
      return fmt::format("there are two different payloads for part {}", parts[i].name.part);
    }
    if (parts[i].name.last) return "there are parts after the last one";
  }
  return {};
}

/// What is missing of these parts, sorted and free of contradiction; nothing when none is.
std::string missing(const std::vector<NamedPayload>& parts) {
  unsigned expected = 1;
  for (const NamedPayload& part : parts) {
    if (part.name.part != expected) return fmt::format("part {}", expected);
    ++expected;
  }
  return parts.back().name.last ? "" : fmt::format("part {} and any parts after it", expected);
}

/// When the latest of these parts came: the time of its file. The workflow, which lays the files
/// out anew for each run, gives them that of the commit they came with. The batch's own time would
/// not do: a sender may have been without a network for long after packing.
std::chrono::sys_seconds arrived_at(const std::vector<NamedPayload>& parts) {
  return std::max_element(
             parts.begin(), parts.end(),
             [](const NamedPayload& a, const NamedPayload& b) { return a.modified < b.modified; })
      ->modified;
}

WaitingBatch assemble(archive::StorageReader& storage, const payload::BatchId& id,
                      std::vector<NamedPayload> parts, std::chrono::sys_seconds now,
                      std::chrono::seconds incomplete_after) {
  std::stable_sort(parts.begin(), parts.end(), [](const NamedPayload& a, const NamedPayload& b) {
    return a.name.part < b.name.part;
  });
  WaitingBatch batch;
  batch.id = id;
  batch.copies = take_copies(storage, parts);
  for (const NamedPayload& part : parts) batch.payloads.push_back(part.payload);
  batch.reason = contradiction(parts);
  if (!batch.reason.empty()) {
    batch.state = WaitingBatch::State::unusable;
    return batch;
  }
  batch.reason = missing(parts);
  if (batch.reason.empty()) return batch;
  const std::chrono::sys_seconds arrived = arrived_at(parts);
  const bool too_late =
      incomplete_after == std::chrono::seconds(0) || now - arrived > incomplete_after;
  batch.state = too_late ? WaitingBatch::State::unusable : WaitingBatch::State::incomplete;
  if (too_late) {
    batch.reason += " still missing; the last part arrived at " + text::format_timestamp(arrived);
  }
  return batch;
}

bool is_payload_in_root(archive::StorageReader& storage, const std::string& name,
                        const payload::Limits& limits) {
  if (!archive::is_first_generation_payload_name(name) || !is_usable(name)) return false;
  auto file = storage.open(payload::RelativePath(name));
  return file && payload::looks_like_payload(*file, limits);
}

}  // namespace

bool is_usable(const std::string& path) {
  try {
    const payload::RelativePath valid(path);
    return true;
  } catch (const Error& error) {
    log::warning("skipped: " + std::string(error.what()));
    return false;
  }
}

std::vector<archive::PayloadFile> all_files(const WaitingBatch& batch) {
  std::vector<archive::PayloadFile> files = batch.payloads;
  files.insert(files.end(), batch.copies.begin(), batch.copies.end());
  return files;
}

Inbox scan_inbox(archive::StorageReader& storage, const payload::Limits& limits,
                 std::chrono::sys_seconds now, std::chrono::seconds incomplete_after,
                 const std::vector<NamedPayload>& elsewhere) {
  Inbox inbox;
  std::map<std::string, std::vector<NamedPayload>> by_batch;
  const auto add = [&](const std::string& folder, const archive::StorageReader::File& file) {
    archive::PayloadFile payload{payload::RelativePath(folder + file.name), file.size_bytes};
    if (const auto name = payload::PayloadName::parse(file.name)) {
      by_batch[name->batch.str()].push_back({*name, std::move(payload), file.modified});
    } else {
      WaitingBatch batch;
      batch.payloads.push_back(std::move(payload));
      inbox.batches.push_back(std::move(batch));
    }
  };
  const std::string folder(archive::kInboxFolder);
  for (const archive::StorageReader::File& file : storage.files_in(folder)) {
    if (archive::is_payload_name(file.name) && is_usable(folder + file.name)) add(folder, file);
  }
  for (const archive::StorageReader::File& file : storage.files_in("")) {
    if (archive::is_trigger_name(file.name)) {
      if (is_usable(file.name)) inbox.triggers.emplace_back(file.name);
    } else if (is_payload_in_root(storage, file.name, limits)) {
      add("", file);
    }
  }
  for (const NamedPayload& part : elsewhere) by_batch[part.name.batch.str()].push_back(part);
  for (auto& [id, parts] : by_batch) {
    const payload::BatchId batch = parts.front().name.batch;
    inbox.batches.push_back(assemble(storage, batch, std::move(parts), now, incomplete_after));
  }
  std::stable_sort(inbox.batches.begin(), inbox.batches.end(),
                   [](const WaitingBatch& a, const WaitingBatch& b) {
                     return a.payloads.front().path.filename() < b.payloads.front().path.filename();
                   });
  return inbox;
}

}  // namespace healthmetric::unpack
