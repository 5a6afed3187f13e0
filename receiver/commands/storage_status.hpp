#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "receiver/commands/stored_files.hpp"
#include "receiver/watch/inbox_content.hpp"
#include "receiver/watch/producer_states.hpp"
#include "receiver/watch/rejected_batches.hpp"
#include "receiver/watch/watch_settings.hpp"

namespace healthmetric::receiver {

/// What `status` is asked.
struct StatusQuestion {
  std::chrono::sys_seconds at;          ///< as of when
  std::chrono::sys_seconds now;         ///< the clock
  std::filesystem::path settings_file;  ///< empty: the one in the repository, if there is one
  std::filesystem::path inbox;          ///< a checkout of the inbox branch; empty: none
};

/// How the producers of a storage are.
struct StorageStatus {
  std::chrono::sys_seconds at;
  std::string settings_file;  ///< empty: there is none
  std::vector<watch::ProducerStatus> producers;
  std::vector<watch::RejectedBatch> rejected;  ///< the newest, no more than RejectedBatches keeps
  std::uint64_t rejected_count = 0;
  std::optional<std::vector<watch::WaitingBatch>> waiting;  ///< nothing: was not looked at
  std::uint64_t waiting_count = 0;
  std::uint64_t batches = 0;  ///< whose summaries were read
  std::uint64_t from_the_future = 0;
  std::uint64_t uncounted = 0;     ///< batches of more producers than are kept
  std::uint64_t unreadable = 0;    ///< what was named as an error
  std::uint64_t inbox_faults = 0;  ///< of these, what is damaged in an inbox
  std::vector<std::string> not_looked_at;

  [[nodiscard]] std::uint64_t count(watch::State state) const;
  /// Somebody is silent or was never seen, or something could not be read.
  [[nodiscard]] bool needs_attention() const;
};

/// Reads all summaries, and what the question names. Throws Error{usage} for invalid settings, and
/// if the inbox is not one; what is damaged in it is named and counted.
StorageStatus status_of(StoredFiles& stored, const StatusQuestion& question);

}  // namespace healthmetric::receiver
