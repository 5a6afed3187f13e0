#pragma once

#include <functional>
#include <optional>

#include "common/archive/storage_reader.hpp"
#include "common/archive/summary_index.hpp"
#include "common/archive/summary_reader.hpp"

namespace healthmetric::archive {

/// Reads the head of a summary, as read_summary() does.
using ReadHead = std::function<std::optional<RecordedBatch>()>;

/// Receives what for_each_head() finds.
struct HeadHandler {
  /// `read` may be called once.
  std::function<Next(const payload::RelativePath& path, const payload::BatchId& id,
                     const ReadHead& read)>
      on_summary;
  std::function<void(const Error& why)> on_obstacle;
};

/// The same as for_each_summary(), for who reads the head of each: a second thread reads the next
/// ones meanwhile, some hundred at most. Who stops after a few opens no others.
void for_each_head(StorageReader& storage, const Period& period, Order order,
                   const HeadHandler& handler);

}  // namespace healthmetric::archive
