#pragma once

#include <cstdint>

#include "common/platform/clock.hpp"
#include "sender/forge/forge.hpp"
#include "sender/model/scan_result.hpp"
#include "sender/outbox/outbox.hpp"
#include "sender/outbox/sent_files.hpp"

/// --changed-only: of the files found, those that this state directory has not got delivered yet,
/// or not as they are now.

namespace healthmetric::deliver {

/// Takes the files out of `scan` that are, with the same content, among what was sent or waits in
/// the queue, and returns how many. The same size and time tell that the content is the same; where
/// only the time differs, or was too young to be trusted, the content's SHA-256 decides. What
/// cannot be read stays, for packing to say so.
std::uint64_t skip_unchanged(model::ScanResult& scan, outbox::SentFiles& sent,
                             platform::Clock& clock);

/// Counts what waits in the queue for the target's repository and branch as sent.
void add_queued(outbox::SentFiles& sent, const outbox::Outbox& outbox, const model::Target& target);

/// Looks for receipts of batches that are delivered, not kept in the outbox, and whose fate is
/// unknown: the files of those that were rejected count as unsent. What cannot be asked now is
/// asked by the next run.
void refresh_receipts(outbox::SentFiles& sent, const outbox::Outbox& outbox, forge::Forge& forge,
                      const model::Target& target, platform::Clock& clock);

}  // namespace healthmetric::deliver
