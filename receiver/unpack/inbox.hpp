#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/archive/receipt.hpp"
#include "common/archive/storage_reader.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/batch_id.hpp"

namespace healthmetric::unpack {

/// A payload and its name by batch and part, which may differ from the name of its file.
struct NamedPayload {
  payload::PayloadName name;
  archive::PayloadFile payload;
  std::chrono::sys_seconds modified;
};

/// The payloads of one batch.
struct WaitingBatch {
  enum class State {
    complete,    ///< ready to be unpacked
    incomplete,  ///< parts are missing, and there is still time
    unusable,    ///< can never be unpacked; `reason` says why
  };

  std::vector<archive::PayloadFile> payloads;  ///< in the order of their parts
  std::vector<archive::PayloadFile> copies;    ///< duplicates, identical byte for byte
  std::optional<payload::BatchId> id;          ///< from the file names; the content must agree
  State state = State::complete;
  std::string reason;  ///< what it waits for, or why it is unusable
};

/// Every file of the batch, including the copies.
std::vector<archive::PayloadFile> all_files(const WaitingBatch& batch);

struct Inbox {
  std::vector<WaitingBatch> batches;            ///< oldest first, by name
  std::vector<payload::RelativePath> triggers;  ///< `.trigger*` files in the root
};

/// False, with a warning in the log, if a path below `_storage/` is not safe. That must not stop
/// the other payloads.
bool is_usable(const std::string& path);

/// Finds the payloads in `inbox/*.json` and, as the first generation left them, directly in the
/// root. Never looks inside what was stored. A file in the root is a payload only by its content;
/// the first generation's own output (`…_processed_…`, `…processing_summary…`) never is. A payload
/// that is in both places, with the same bytes, counts once. A batch with missing parts becomes
/// unusable `incomplete_after` its latest part arrived; with 0, at once. Payloads `elsewhere` in
/// the storage are treated as if they were in the inbox.
Inbox scan_inbox(archive::StorageReader& storage, const payload::Limits& limits,
                 std::chrono::sys_seconds now, std::chrono::seconds incomplete_after,
                 const std::vector<NamedPayload>& elsewhere = {});

}  // namespace healthmetric::unpack
