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

namespace healthmetric {

struct Summary {
  BatchId id;
  BatchStatus status = BatchStatus::stored;
  std::string reason;  ///< why it was rejected; empty when stored
  BatchMetadata metadata;
  std::vector<PayloadFile> payloads;
  std::chrono::sys_seconds processed_at;
  std::chrono::milliseconds duration{0};
};

/// Writes the summary, durably. `manifest` has the stored paths; none for a rejected batch.
/// A summary that is already there stays.
void write_summary(Storage& storage, const Summary& summary,
                   const std::optional<RelativePath>& manifest);

/// Nothing when the batch has no summary. Throws Error{bad_payload} when it is damaged.
std::optional<Receipt> read_receipt(Storage& storage, const BatchId& id);

/// Removes the summary of a batch where it says that the batch was rejected.
void remove_rejecting_summary(Storage& storage, const BatchId& id);

}  // namespace healthmetric
