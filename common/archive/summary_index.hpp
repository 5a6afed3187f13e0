#pragma once

#include <chrono>
#include <functional>

#include "common/archive/storage_reader.hpp"
#include "common/base/error.hpp"
#include "common/payload/batch_id.hpp"
#include "common/payload/relative_path.hpp"

namespace healthmetric::archive {

/// The batches packed at `begin` or later, and before `end`.
struct Period {
  std::chrono::sys_seconds begin = std::chrono::sys_seconds::min();
  std::chrono::sys_seconds end = std::chrono::sys_seconds::max();

  [[nodiscard]] bool has(std::chrono::sys_seconds time) const {
    return begin <= time && time < end;
  }
};

enum class Order { oldest_first, newest_first };

/// What somebody who is handed one thing after the other wants next.
enum class Next { go_on, stop };

/// What each_summary() comes upon.
struct SummaryUse {
  std::function<Next(const payload::RelativePath& path, const payload::BatchId& id)> on_summary;
  /// Something else stands where a folder of summaries is expected. Those beside it follow.
  std::function<void(const Error& why)> on_obstacle;
};

/// Hands out the summaries of the batches of a period by the times they were packed at, and those
/// of the same second by their ids. Only the folders of months with days in the period are listed;
/// memory grows with the batches of one month. What is not named like a summary is passed over.
/// Throws as StorageReader does where a folder cannot be read, and what `use` throws.
void each_summary(StorageReader& storage, const Period& period, Order order, const SummaryUse& use);

}  // namespace healthmetric::archive
