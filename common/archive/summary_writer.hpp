#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/archive/receipt.hpp"
#include "common/archive/storage.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/batch_id.hpp"

/// The processing summary of a batch: what the receiver made of it, and for the sender the
/// receipt. docs/storage-layout.md describes the JSON.

namespace healthmetric::unpack {

struct Summary {
  payload::BatchId id;
  archive::BatchStatus status = archive::BatchStatus::stored;
  std::string reason;  ///< why it was rejected; empty when stored
  payload::BatchMetadata metadata;
  std::vector<archive::PayloadFile> payloads;
  std::chrono::sys_seconds processed_at;
  std::chrono::milliseconds duration{0};
};

/// Writes the summary, durably. `manifest` has the stored paths; none for a rejected batch.
/// A summary that is already there stays.
void write_summary(archive::Storage& storage, const Summary& summary,
                   const std::optional<payload::RelativePath>& manifest);

/// Nothing when the batch has no summary. Throws Error{bad_payload} when it is damaged.
std::optional<archive::Receipt> read_receipt(archive::Storage& storage, const payload::BatchId& id);

/// Removes the summary of a batch where it says that the batch was rejected.
void remove_rejecting_summary(archive::Storage& storage, const payload::BatchId& id);

}  // namespace healthmetric::unpack
