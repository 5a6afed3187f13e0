#include "receiver/watch/inbox_content.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/payload/batch_id.hpp"
#include "common/platform/file_kind.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/log.hpp"
#include "common/text/json_scanner.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::watch {
namespace {

namespace fs = std::filesystem;
using archive::StorageReader;
using payload::PayloadName;
using std::chrono::sys_seconds;
using text::JsonScanner;

/// As much as the workflow reads of it.
constexpr std::uint64_t kMaxWaitingBytes = std::uint64_t{4} * 1024 * 1024;
constexpr std::uint64_t kMaxReasonBytes = std::uint64_t{64} * 1024;
constexpr JsonScanner::Bounds kWaitingBounds{4, 200'000, 4096};
constexpr JsonScanner::Bounds kReasonBounds{4, 100, 16384};

/// When parts were seen first, by their names.
using Since = std::map<std::string, sys_seconds>;

std::optional<sys_seconds> read_time(JsonScanner& scanner) {
  if (scanner.peek_value() != '"') {
    scanner.skip_value();
    return {};
  }
  return text::parse_timestamp(scanner.string());
}

void read_parts(JsonScanner& scanner, Since& since) {
  std::string part;
  std::string key;
  scanner.begin_object();
  while (scanner.next_key(part)) {
    scanner.begin_object();
    while (scanner.next_key(key)) {
      if (key != "since") {
        scanner.skip_value();
      } else if (const auto time = read_time(scanner)) {
        since[part] = *time;
      }
    }
  }
}

/// Reads a small JSON object with `read_member`, which gets each key. What is wrong with it ends
/// that without a word: it may be anybody's.
template <typename ReadMember>
void read_object(StorageReader& storage, const std::string& path, std::uint64_t max_bytes,
                 JsonScanner::Bounds bounds, const ReadMember& read_member) {
  try {
    auto file = storage.open(payload::RelativePath(path));
    if (!file || file->first_state().size_bytes > max_bytes) return;
    JsonScanner scanner(*file, bounds, JsonScanner::Buffer::small);
    std::string key;
    scanner.begin_object();
    while (scanner.next_key(key)) read_member(scanner, key);
  } catch (const Error& error) {
    const bool is_malformed =
        error.code() == ErrorCode::bad_payload || error.code() == ErrorCode::too_large ||
        error.code() == ErrorCode::unsafe_path || error.code() == ErrorCode::io;
    if (!is_malformed) throw;
  }
}

Since read_since(StorageReader& storage) {
  Since since;
  read_object(storage, archive::kWaitingFile.str(), kMaxWaitingBytes, kWaitingBounds,
              [&](JsonScanner& scanner, const std::string& key) {
                key == "parts" ? read_parts(scanner, since) : scanner.skip_value();
              });
  return since;
}

std::optional<std::string> text_or_skip(JsonScanner& scanner) {
  if (scanner.peek_value() == '"') return scanner.string();
  scanner.skip_value();
  return {};
}

RejectedBatch read_reason(StorageReader& storage, const std::string& path) {
  RejectedBatch rejected;
  read_object(storage, path, kMaxReasonBytes, kReasonBounds,
              [&](JsonScanner& scanner, const std::string& key) {
                if (key == "batch_id") {
                  rejected.batch_id = text_or_skip(scanner).value_or("");
                } else if (key == "reason") {
                  rejected.reason = text_or_skip(scanner).value_or("");
                } else if (key == "rejected_at") {
                  rejected.processed_at = read_time(scanner);
                } else {
                  scanner.skip_value();
                }
              });
  return rejected;
}

/// The batch in the name of a rejected payload, which may have got "~2" at its end.
std::string batch_in_name(const std::string& name) {
  const auto payload = PayloadName::parse(name.substr(0, name.rfind('~')));
  return payload ? payload->batch.str() : "";
}

WaitingBatch waiting_batch(const std::string& batch_id, const std::vector<PayloadName>& parts,
                           const Since& since) {
  WaitingBatch batch{batch_id, {}, parts.size(), payload::are_all_parts(parts)};
  for (const PayloadName& part : parts) {
    const auto seen = since.find(part.str());
    if (seen == since.end()) continue;
    batch.since = std::min(batch.since.value_or(seen->second), seen->second);
  }
  return batch;
}

/// Where the storage folder is in a checkout; nothing if there is none, or another thing.
std::optional<fs::path> storage_of_inbox(const fs::path& folder, const std::string& option,
                                         const archive::Complain& complain) {
  std::error_code failure;
  const auto has_folder = [&](const fs::path& path) { return fs::is_directory(path, failure); };
  if (!has_folder(folder)) {
    throw Error(ErrorCode::usage, option + ": there is no folder " + in_quotes(folder.string()));
  }
  fs::path storage = archive::storage_in(folder);
  const fs::file_type type = fs::symlink_status(storage, failure).type();
  if (type == fs::file_type::directory) return storage;
  if (type != fs::file_type::not_found) {
    complain(Error(ErrorCode::unsafe_path,
                   fmt::format("{}: {} is {}, not a folder", option, in_quotes(storage.string()),
                               platform::kind_of(type))));
    return {};
  }
  if (has_folder(folder / archive::kInboxFolder) || has_folder(folder / archive::kRejectedFolder) ||
      has_folder(folder / archive::kReceiptsFolder)) {
    return folder;
  }
  if (fs::is_regular_file(folder / "README.md", failure)) {
    log::info(
        fmt::format("{} holds no payloads; a worktree of a sparse clone shows them after git "
                    "-C {} sparse-checkout disable",
                    in_quotes(folder.string()), in_quotes(folder.string())));
    return {};
  }
  throw Error(ErrorCode::usage,
              option + ": " + in_quotes(folder.string()) +
                  " is not a checkout of an inbox branch: make one with 'git worktree add'");
}

/// Of which the time is not known come last.
bool waits_longer(const WaitingBatch& a, const WaitingBatch& b) {
  const auto key = [](const WaitingBatch& batch) {
    return std::tuple(batch.since.value_or(sys_seconds::max()), batch.batch_id);
  };
  return key(a) < key(b);
}

}  // namespace

void InboxContent::add(StorageReader& storage, sys_seconds at, const archive::Complain& complain) {
  look_into_folders([&] { add_waiting(storage, at); }, complain);
  look_into_folders([&] { add_rejected(storage, at); }, complain);
}

void InboxContent::add_waiting(StorageReader& storage, sys_seconds at) {
  std::vector<WaitingBatch> found;
  std::map<std::string, std::vector<PayloadName>> batches;
  for (const StorageReader::File& file : storage.files_in(archive::kInboxFolder)) {
    if (!archive::is_payload_name(file.name)) continue;
    if (const auto name = PayloadName::parse(file.name)) {
      batches[name->batch.str()].push_back(*name);
    } else {
      found.push_back({.batch_id = "", .since = {}, .parts = 1, .is_complete = true});
    }
  }
  if (!batches.empty()) {
    Since since = read_since(storage);
    std::erase_if(since, [&](const auto& part) { return part.second > at; });
    for (const auto& [batch_id, parts] : batches) {
      found.push_back(waiting_batch(batch_id, parts, since));
    }
  }
  waiting_count_ += found.size();
  std::move(found.begin(), found.end(), std::back_inserter(waiting_));
  std::sort(waiting_.begin(), waiting_.end(), waits_longer);
  if (waiting_.size() > kMostKept) waiting_.resize(kMostKept);
}

void InboxContent::add_rejected(StorageReader& storage, sys_seconds at) {
  std::set<std::string> known;  // a batch may have several payloads there
  for (const StorageReader::File& file : storage.files_in(archive::kRejectedFolder)) {
    platform::stop_soon_if_signalled();
    if (!archive::payload_of_reason(file.name).empty()) continue;
    std::string path(archive::kRejectedFolder);
    path += file.name;
    RejectedBatch rejected = read_reason(storage, archive::reason_of(path));
    if (rejected.batch_id.empty()) rejected.batch_id = batch_in_name(file.name);
    const bool is_later = rejected.processed_at && *rejected.processed_at > at;
    const bool is_known = !rejected.batch_id.empty() && !known.insert(rejected.batch_id).second;
    if (!is_later && !is_known) rejected_.add(std::move(rejected));
  }
}

void look_into_folders(const std::function<void()>& look, const archive::Complain& complain) {
  try {
    look();
  } catch (const Error& error) {
    if (!archive::is_of_one_summary(error)) throw;
    complain(error);
  }
}

std::optional<StorageReader> open_inbox(const fs::path& folder, const std::string& option,
                                        const StorageReader& storage,
                                        const archive::Complain& complain) {
  const auto place = storage_of_inbox(folder, option, complain);
  std::error_code failure;
  if (!place || fs::equivalent(*place, storage.root(), failure)) return {};
  if (archive::holds_storage(*place)) {
    complain(Error(ErrorCode::unsafe_path, fmt::format("{}: {} contains another storage folder",
                                                       option, in_quotes(place->string()))));
    return {};
  }
  std::optional<StorageReader> inbox;
  look_into_folders([&] { inbox.emplace(*place); }, complain);
  return inbox;
}

}  // namespace healthmetric::watch
