#pragma once

#include <functional>

#include "common/archive/stored_batches.hpp"
#include "receiver/commands/batch_filter.hpp"

namespace healthmetric::receiver {

using BatchHandler =
    std::function<archive::Next(const payload::BatchId& id, const archive::RecordedBatch& batch)>;

/// Hands the batches that the filter takes to `use`, stored and rejected ones, by the time they
/// were packed. Their files are not read. Throws as for_each_summary() does; problems with a
/// summary go to `complain`.
void for_each_batch(archive::StorageReader& storage, const BatchFilter& filter,
                    archive::Order order, const BatchHandler& use,
                    const archive::Complain& complain);

}  // namespace healthmetric::receiver
