#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/payload/batch_id.hpp"
#include "common/payload/relative_path.hpp"

/// Every place and name below the storage folder; docs/storage-layout.md says what is there and
/// why. Folders end in a slash, as Storage takes them. Unless said otherwise, paths are below the
/// storage folder.

namespace healthmetric::archive {

/// The storage folder in a repository.
inline constexpr std::string_view kStorageFolder = "_storage/";

inline constexpr std::string_view kInboxFolder = "inbox/";
inline constexpr std::string_view kSummariesFolder = "summaries/";
inline constexpr std::string_view kRejectedFolder = "rejected/";
inline constexpr std::string_view kReceiptsFolder = "receipts/";

/// Whether "a/" is one of these, in which no file may be stored.
bool is_layout_folder(std::string_view folder);

/// The same path as the repository has it, and the folders of all summaries and receipts there.
std::string in_repository(std::string_view path);
std::string summaries_in_repository();
std::string receipts_in_repository();

/// The storage folder, and where payloads wait in it, of a `clone` or a folder like one.
std::filesystem::path storage_in(const std::filesystem::path& clone);
std::filesystem::path inbox_in(const std::filesystem::path& clone);

/// Whether `folder` contains a storage folder and is not itself one.
bool holds_storage(const std::filesystem::path& folder);

// What waits.

payload::RelativePath inbox_path(std::string_view payload_file);

/// Whether a file of that name in the inbox is taken for a payload.
bool is_payload_name(std::string_view name);

/// Whether a file of that name directly in the storage folder may be a payload, as the first
/// generation of senders left them. The output of its receiver does not count.
bool is_first_generation_payload_name(std::string_view name);

/// Whether a file of that name directly in the storage folder only starts a run.
bool is_trigger_name(std::string_view name);

// What became of it.

/// The folders of a day below that of all summaries: "2024/01/15".
std::string day_folder(std::chrono::sys_seconds time);

/// `summaries/<YYYY>/<MM>/<DD>/<batch id>.json`, by the batch's day.
payload::RelativePath summary_path(const payload::BatchId& id);

/// Where version 1 put summaries: without the day. They will always be read.
payload::RelativePath flat_summary_path(const payload::BatchId& id);

/// Whether a file of that path below the folder of summaries is taken for one.
bool is_summary_name(std::string_view path);

/// `receipts/<YYYY-MM-DD>/<batch id>.json` on an inbox branch; the day is that of processing.
payload::RelativePath receipt_path(std::string_view day, const payload::BatchId& id);

/// On an inbox branch: when the parts of incomplete batches were seen first.
inline const payload::RelativePath kWaitingFile{"waiting.json"};

/// Where to put a rejected payload. `attempt` counts from 1; each further one has another name.
payload::RelativePath rejected_path(std::string_view payload_file, unsigned attempt);

/// The path of the reason beside a rejected payload, and the path of the payload that a reason
/// belongs to, or "" if it is not the path of a reason.
std::string reason_of(std::string_view rejected);
std::string_view payload_of_reason(std::string_view reason);

/// The "<batch id>" in the name "<batch id>.json" of a summary; "" if it is another name.
std::string_view batch_of_summary(std::string_view name);

// What a run works on. It is inside the storage, so that publishing is a rename. Files that a
// crashed run left there are never used.

inline const payload::RelativePath kStagingFolder{".staging"};
inline const payload::RelativePath kStagedManifest{".staging/manifest"};
inline const payload::RelativePath kStagedSummary{".staging/summary.json"};

/// Where a file is staged: the same path below the staging folder as later below the storage.
payload::RelativePath staged_path(std::string_view stored_path);

/// A new file that is moved to its place once it is durable.
payload::RelativePath temporary_path();

bool is_staged(std::string_view path);

}  // namespace healthmetric::archive
