#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "common/archive/receipt.hpp"
#include "common/payload/batch_id.hpp"
#include "common/platform/clock.hpp"
#include "sender/forge/forge.hpp"
#include "sender/model/progress.hpp"

/// What became of delivered batches, asked of the repository: the receiver leaves a receipt of
/// each. The permission to read contents is enough, while listing runs of the workflow needs
/// another.

namespace healthmetric::deliver {

/// The receipt of a batch, where receivers of this version or of version 1 write it; nothing as
/// long as none has. Throws what the forge throws, and Error{bad_payload} when what lies there is
/// no receipt.
std::optional<archive::Receipt> find_receipt(forge::Forge& forge, const payload::BatchId& id);

/// Whether the receiver has stored the batch. One that was rejected it has not, and of one in
/// delivery it may have rejected the parts that came first. Throws what the forge throws, and
/// Error{network} when what lies there is no receipt, for then nobody knows.
bool is_stored(forge::Forge& forge, const payload::BatchId& id);

/// Waits for the receipt, at most for `time`; one that is not final is none yet. Asks at growing
/// intervals, and as long as no summary is written in the repository at all with requests that
/// the server does not count. Failures on the way are no outcome: it asks again. Throws
/// Error{timed_out} with what to check, Error{unauthorized}, and when a signal ends it.
archive::Receipt wait_for_receipt(forge::Forge& forge, platform::Clock& clock,
                                  model::Progress& progress, const payload::BatchId& id,
                                  std::chrono::seconds time);

}  // namespace healthmetric::deliver
