#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/archive/storage_reader.hpp"
#include "common/archive/stored_batches.hpp"
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
  /// not count. A folder that cannot be listed, or is none, goes to `complain`.
  void add(archive::StorageReader& storage, std::chrono::sys_seconds at,
           const archive::Complain& complain);

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

/// Does `look`, which looks into folders that any producer may have changed: what is damaged there
/// goes to `complain`, and the caller goes on.
void look_into_folders(const std::function<void()>& look, const archive::Complain& complain);

/// The storage folder in a checkout of an inbox branch, which may be named itself. Nothing if the
/// branch has none, because nothing waits and nothing was rejected; if it is that of `storage`; and
/// if it is damaged, after a word to `complain`. Throws Error{usage}, with `option` in front, if
/// `folder` is no such checkout.
std::optional<archive::StorageReader> open_inbox(const std::filesystem::path& folder,
                                                 const std::string& option,
                                                 const archive::StorageReader& storage,
                                                 const archive::Complain& complain);

}  // namespace healthmetric::watch
