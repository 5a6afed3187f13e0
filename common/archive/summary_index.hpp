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

/// Whether an iteration continues.
enum class Next { go_on, stop };

/// Receives what for_each_summary() finds.
struct SummaryHandler {
  std::function<Next(const payload::RelativePath& path, const payload::BatchId& id)> on_summary;
  /// Where a folder of summaries is expected, there is something else, or it cannot be read. The
  /// iteration goes on.
  std::function<void(const Error& why)> on_obstacle;
};

/// Iterates over the summaries of the batches of a period, sorted by the time they were packed and
/// then by id. Only the folders of months that overlap the period are listed; memory grows with the
/// batches of one month. Files that are not named like a summary are ignored. Throws
/// whatever `handler` throws.
void for_each_summary(StorageReader& storage, const Period& period, Order order,
                      const SummaryHandler& handler);

}  // namespace healthmetric::archive
