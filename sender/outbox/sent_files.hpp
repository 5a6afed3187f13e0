#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/archive/receipt.hpp"
#include "common/payload/batch_id.hpp"
#include "sender/outbox/entry.hpp"
#include "sender/pack/packed_files.hpp"
#include "sender/pack/source_folder.hpp"

/// The record of what was delivered from this state directory: `sent.db`, an SQLite database. It
/// has each file as it was last sent to a repository and branch, for --changed-only; and the
/// batches whose receipt has not been seen yet, because a rejected batch's files count as unsent.
///
/// SQLite and not our own format: a folder may have a hundred thousand files of which a run sends
/// three, several processes write at the same time, and records must survive a crash.
///
/// Every function throws Error{io} that names the database.

namespace healthmetric::outbox {

/// A batch that was delivered and whose receipt was not seen yet.
struct UnconfirmedBatch {
  payload::BatchId id;
  std::chrono::sys_seconds delivered_at;  ///< may be long after it was packed

  friend bool operator==(const UnconfirmedBatch&, const UnconfirmedBatch&) = default;
};

class SentFiles {
 public:
  /// Opens the database below `state_dir`, which is created if it is missing. Records are for the
  /// target's repository and branch; its trigger does not matter.
  SentFiles(const std::filesystem::path& state_dir, const model::Target& target);
  /// The same without changing anything, for --dry-run; a missing database counts as empty, and one
  /// that a crash left within a transaction is recovered in a copy.
  static SentFiles read_only(const std::filesystem::path& state_dir, const model::Target& target);
  SentFiles(SentFiles&& other) noexcept;
  SentFiles& operator=(SentFiles&&) = delete;
  SentFiles(const SentFiles&) = delete;
  SentFiles& operator=(const SentFiles&) = delete;
  ~SentFiles();

  /// The file as it was last sent, or last queued in a batch passed to add_queued().
  std::optional<pack::PackedFileRecord> find(const std::string& location);

  /// Counts the files of the queued batch at `folder` as sent, for the lifetime of this object.
  void add_queued(const std::filesystem::path& folder);

  /// Records the new time of a file whose content has not changed. Does nothing if read only.
  void update_time(const pack::PackedFileRecord& record);

  /// Calls `use` with the path of each file that was delivered from a folder and is not known to be
  /// gone, in order.
  void for_each_path(const pack::SourceFolder& source,
                     const std::function<void(const std::string& path)>& use);

  /// Records that the batch in `folder` is delivered. Calling it twice is the same as once.
  void add_delivered(const payload::BatchId& id, const std::filesystem::path& folder,
                     std::chrono::sys_seconds now);

  /// Delivered batches whose receipt has not been seen yet, at most `count`: in the order of their
  /// ids, those behind `after` first.
  std::vector<UnconfirmedBatch> unconfirmed(std::size_t count, const std::string& after = "");

  /// Records that the batch is stored: no receipt needs to be looked for.
  void confirm(const payload::BatchId& id);

  /// Records that the batch was rejected: its files count as unsent.
  void forget(const payload::BatchId& id);

 private:
  void add_paths(const pack::SourceRecord& record, const std::string& batch_id,
                 const std::filesystem::path& folder);

  struct Database;
  explicit SentFiles(std::unique_ptr<Database> database);
  static std::unique_ptr<Database> open_copy(const std::filesystem::path& path,
                                             const model::Target& target);

  std::unique_ptr<Database> database_;
};

/// Records that a batch of the outbox at `state_dir` is delivered. If that fails, it logs a warning
/// and the delivery does not fail: the files are then sent once more.
void record_delivered(const std::filesystem::path& state_dir, const OutboxEntry& entry,
                      std::chrono::sys_seconds now);

/// Records the status in its receipt in the same way.
void record_receipt(const std::filesystem::path& state_dir, const model::Target& target,
                    const payload::BatchId& id, archive::BatchStatus status);

/// Records in the same way that the files of a delivered batch count as unsent, because it has no
/// receipt.
void record_unsent(const std::filesystem::path& state_dir, const OutboxEntry& entry);

}  // namespace healthmetric::outbox
