#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/batch_id.hpp"
#include "common/file_io.hpp"
#include "sender/trigger.hpp"

/// The durable queue between packing and delivery: a batch that is in it survives a crash, a lost
/// network and a restart, and leaves only when the repository has it.
///
///   <state dir>/outbox/                    0700, files 0600
///     lock                                 flock by the process that delivers
///     .draft-<random>/                     a batch being packed; flocked by its process
///     <batch id>/entry.json                target, parts, what is delivered
///     <batch id>/<payload file>…
///     refused/<batch id>/                  what the repository refused for good
///
/// A batch enters by renaming its draft, so it is there whole or not at all. Locks are flocks: they
/// die with their process, so none is ever stale.

namespace healthmetric {

/// Where a batch goes. Batches for other targets wait for a run of their own.
struct Target {
  std::string api_url;
  std::string repository;
  std::string branch;  ///< empty: the repository's default
  Trigger trigger = Trigger::dispatch;

  friend bool operator==(const Target&, const Target&) = default;
};

struct OutboxPart {
  std::string filename;
  std::uint64_t size_bytes = 0;
  bool delivered = false;
};

struct OutboxEntry {
  BatchId id;
  std::string batch_name;
  std::string sender_host;
  Target target;
  std::uint64_t files = 0;
  std::uint64_t size_bytes = 0;
  std::vector<OutboxPart> parts;
  std::filesystem::path folder;  ///< where it lies; not stored
};

/// An empty folder to pack into. It disappears with this object unless it was committed.
class Draft {
 public:
  Draft(std::filesystem::path folder, UniqueFd lock);
  Draft(Draft&&) noexcept = default;
  Draft& operator=(Draft&&) = delete;
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft();

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  /// Renames the folder, durably.
  void commit_as(const std::filesystem::path& target);

 private:
  std::filesystem::path folder_;
  UniqueFd lock_;
};

/// Creates a draft in `parent`, which is created too, and removes drafts of processes that died.
Draft make_draft(const std::filesystem::path& parent);

class Outbox {
 public:
  /// Creates what is missing below `state_dir`. Throws Error{io}.
  explicit Outbox(const std::filesystem::path& state_dir);

  [[nodiscard]] Draft begin() const;

  /// Takes the packed batch in `draft` into the queue; `entry.folder` is set.
  void commit(Draft draft, OutboxEntry& entry) const;

  /// What waits for `target`, oldest first. An entry that cannot be read is named in the log and
  /// left where it is: it must not stop the others.
  [[nodiscard]] std::vector<OutboxEntry> waiting_for(const Target& target) const;

  /// Records what of the entry is delivered, durably.
  static void save(const OutboxEntry& entry);

  static void remove(const OutboxEntry& entry);

  /// Moves the entry to `refused/`, with the reason in `refused.txt`.
  void set_aside(const OutboxEntry& entry, const std::string& reason) const;

  /// The right to deliver; nothing when another process has it. `holder` then is its process id.
  [[nodiscard]] std::optional<UniqueFd> try_lock(std::string& holder) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace healthmetric
