#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/batch.hpp"
#include "common/batch_id.hpp"
#include "common/receipt.hpp"
#include "receiver/storage.hpp"

namespace healthmetric {

/// One payload file that waits.
using WaitingPayload = PayloadFile;

/// The payloads of one batch.
struct WaitingBatch {
  enum class State {
    complete,    ///< ready to be unpacked
    incomplete,  ///< parts are missing, and there is still time
    unusable,    ///< can never be unpacked; `reason` says why
  };

  std::vector<WaitingPayload> payloads;  ///< in the order of their parts
  std::optional<BatchId> id;             ///< as the file names tell; the content must agree
  State state = State::complete;
  std::string reason;  ///< what it waits for, or why it is unusable
};

struct Inbox {
  std::vector<WaitingBatch> batches;   ///< oldest first, by name
  std::vector<RelativePath> triggers;  ///< `.trigger*` files in the root
};

/// Finds the payloads in `inbox/*.json` and, as the first generation left them, directly in the
/// root. Never looks inside what was stored. A file in the root is a payload only by its content;
/// the first generation's own output (`…_processed_…`, `…processing_summary…`) never is.
/// A batch whose parts are not all there after `incomplete_after` is unusable.
Inbox scan_inbox(Storage& storage, const Limits& limits, std::chrono::sys_seconds now,
                 std::chrono::seconds incomplete_after);

}  // namespace healthmetric
