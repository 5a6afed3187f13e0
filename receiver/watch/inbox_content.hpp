#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/archive/storage_reader.hpp"
#include "receiver/watch/rejected_batches.hpp"

namespace healthmetric::watch {

/// A batch of which payloads lie in the inbox.
struct WaitingBatch {
  std::string batch_id;                           ///< empty: not known from the payload's name
  std::optional<std::chrono::sys_seconds> since;  ///< when a part was seen first; nothing: unknown
  std::uint64_t parts = 0;                        ///< that are there
  bool is_complete = false;                       ///< it waits for the receiver, not for parts
};

/// What waits and what was set aside. Everything there may have been written by any producer: what
/// is no regular file or malformed is passed over.
class InboxContent {
 public:
  /// So many waiting batches are kept, those that have waited longest in front.
  static constexpr std::size_t kMostKept = 200;

  /// Looks into inbox/, rejected/ and waiting.json of a storage folder. What came after `at` does
  /// not count. Throws Error{io} if a folder cannot be listed.
  void add(archive::StorageReader& storage, std::chrono::sys_seconds at);

  [[nodiscard]] const std::vector<WaitingBatch>& waiting() const { return waiting_; }
  [[nodiscard]] std::uint64_t waiting_count() const { return waiting_count_; }
  [[nodiscard]] const RejectedBatches& rejected() const { return rejected_; }

 private:
  void add_waiting(archive::StorageReader& storage, std::chrono::sys_seconds at);
  void add_rejected(archive::StorageReader& storage, std::chrono::sys_seconds at);

  std::vector<WaitingBatch> waiting_;
  std::uint64_t waiting_count_ = 0;
  RejectedBatches rejected_;
};

/// Where the storage folder is in a checkout of an inbox branch, which may be named itself; nothing
/// if the branch has none, because nothing waits and nothing was rejected. Throws Error{usage},
/// with `option` in front, if `folder` is no such checkout.
std::optional<std::filesystem::path> storage_of_inbox(const std::filesystem::path& folder,
                                                      const std::string& option);

}  // namespace healthmetric::watch
