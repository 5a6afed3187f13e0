#pragma once

#include <cstdint>

#include "common/platform/clock.hpp"
#include "common/select/scan_result.hpp"
#include "sender/forge/forge.hpp"
#include "sender/outbox/outbox.hpp"
#include "sender/outbox/sent_files.hpp"

/// --changed-only: which of the files found were not yet delivered from this state directory, or
/// have changed since.

namespace healthmetric::deliver {

/// Removes from `scan` the files that were sent or queued with the same content, and returns how
/// many. If size and time are the same, so is the content; if only the time differs, or was too
/// recent to be trusted, the content's SHA-256 decides. Files that cannot be read stay in `scan`;
/// packing reports them.
std::uint64_t skip_unchanged(select::ScanResult& scan, outbox::SentFiles& sent,
                             platform::Clock& clock);

/// Counts those of the queued batches that are for the target's repository and branch as sent.
void add_queued(outbox::SentFiles& sent, const std::vector<outbox::OutboxEntry>& queued,
                const model::Target& target);

/// Looks for receipts of delivered batches that are not kept in the outbox and whose result is
/// unknown: the files of those that were rejected count as unsent. If a request fails, the next run
/// asks again.
void refresh_receipts(outbox::SentFiles& sent, const outbox::Outbox& outbox,
                      const std::filesystem::path& state_dir, forge::Forge& forge,
                      const model::Target& target, platform::Clock& clock);

}  // namespace healthmetric::deliver
