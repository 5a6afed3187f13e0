#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/platform/file_lock.hpp"
#include "sender/outbox/entry.hpp"

/// The durable queue between packing and delivery: a batch that is in it survives a crash, a lost
/// network and a restart, and leaves only when the repository has it.
///
///   <state dir>/outbox/                    0700, files 0600
///     lock                                 locked by the process that delivers
///     .draft-<random>/                     a batch being packed
///     .draft-<random>.lock                 locked by the process that packs it
///     <batch id>/entry.json                target, parts, what is delivered
///     <batch id>/<payload file>…
///     <batch id>/files                     what was packed (sender/pack/packed_files.hpp)
///     delivered/<batch id>/                what is delivered, until its receipt was seen
///     refused/<batch id>/                  what the repository refused permanently
///
/// A batch is added by renaming its draft, so it is there whole or not at all. A draft's lock is
/// beside it, because some systems cannot rename a folder with an open file in it. Locks end with
/// their process, so none is ever stale.

namespace healthmetric::outbox {

/// An empty folder to pack into. It disappears with this object unless it was committed.
class Draft {
 public:
  Draft(std::filesystem::path folder, platform::FileLock lock);
  Draft(Draft&& other) noexcept;
  Draft& operator=(Draft&&) = delete;
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft();

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  /// Renames the folder, durably.
  void commit_as(const std::filesystem::path& target);

 private:
  std::filesystem::path folder_;
  std::optional<platform::FileLock> lock_;
};

/// Creates a draft in `parent`, which is created too, and removes the drafts of crashed processes.
/// Throws Error{io} if that fails, for example because locks are not supported, and then leaves
/// nothing behind.
Draft make_draft(const std::filesystem::path& parent);

/// Which part of the outbox a batch is in.
enum class Waiting { in_queue, delivered, refused };

/// A folder with the name of a batch, and why its entry cannot be read.
struct UnreadableEntry {
  std::filesystem::path folder;
  std::string reason;
};

class Outbox {
 public:
  /// Creates what is missing below `state_dir`. Throws Error{io}.
  explicit Outbox(const std::filesystem::path& state_dir);

  /// The one below `state_dir`, to look at; nullopt if there is none. Creates nothing.
  static std::optional<Outbox> existing(const std::filesystem::path& state_dir);

  [[nodiscard]] Draft begin() const;

  /// Takes the packed batch in `draft` into the queue; `entry.folder` is set.
  void commit(Draft draft, OutboxEntry& entry) const;

  /// All readable entries there, oldest first.
  [[nodiscard]] std::vector<OutboxEntry> entries(Waiting where) const;

  /// Queued or delivered batches that cannot be read: they stay where they are and must not stop
  /// the others.
  [[nodiscard]] std::vector<UnreadableEntry> unreadable() const;

  /// The batches in the queue for `target`, oldest first.
  [[nodiscard]] std::vector<OutboxEntry> waiting_for(const model::Target& target) const;

  /// The targets of the batches that wait or are delivered, each once, in the order of the oldest.
  [[nodiscard]] std::vector<model::Target> targets(
      const std::function<bool(const OutboxEntry&)>& is_chosen) const;

  /// The folder of a batch, readable or not; nullopt if there is none with that id.
  [[nodiscard]] std::optional<std::filesystem::path> find(const payload::BatchId& id,
                                                          Waiting where) const;

  /// The size of the outbox, including drafts and refused batches.
  [[nodiscard]] std::uint64_t size_bytes() const;

  /// Records durably which parts are delivered, and the last error.
  static void save(const OutboxEntry& entry);

  /// Removes a batch's folder, whole or not at all.
  void remove(const std::filesystem::path& folder) const;

  /// Records the last error and moves the entry to `refused/`.
  void set_aside(const OutboxEntry& entry) const;

  /// Moves the entry, which is delivered, out of the queue to wait for its receipt.
  void set_delivered(const OutboxEntry& entry) const;

  /// Moves a delivered or refused batch back into the queue.
  void take_back(const std::filesystem::path& folder) const;

  /// The right to deliver; nullopt if another process has it, whose id `holder` then is.
  [[nodiscard]] std::optional<platform::FileLock> try_lock(std::string& holder) const;

  /// Where that right is locked.
  [[nodiscard]] std::filesystem::path lock_file() const;

 private:
  Outbox() = default;

  [[nodiscard]] std::filesystem::path place(Waiting where) const;

  std::filesystem::path folder_;
};

}  // namespace healthmetric::outbox
