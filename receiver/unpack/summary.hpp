#pragma once

#include <optional>

#include "common/archive/storage.hpp"
#include "common/archive/summary.hpp"
#include "common/payload/batch_id.hpp"

/// Writes the summaries of unpacked batches.

namespace healthmetric::unpack {

/// Writes the summary, durably, with the files of `manifest` (nullopt for a rejected batch) and the
/// first warnings about them. An existing summary is kept.
void write_summary(archive::Storage& storage, archive::Summary summary,
                   const std::optional<payload::RelativePath>& manifest);

/// Removes the summary of a batch if it says that the batch was rejected.
void remove_rejecting_summary(archive::Storage& storage, const payload::BatchId& id);

}  // namespace healthmetric::unpack
