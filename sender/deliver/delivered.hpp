#pragma once

#include <filesystem>
#include <functional>

#include "common/platform/clock.hpp"
#include "sender/forge/forge.hpp"
#include "sender/outbox/outbox.hpp"

/// Delivered is not yet stored: a batch that went to an inbox branch stays in the outbox, payloads
/// and all, until its receipt was seen.

namespace healthmetric::deliver {

/// Looks what became of the delivered batches of one target. Those whose receipt is there leave the
/// outbox; the files of a rejected one count as unsent, with a warning. One that is neither in the
/// repository nor has a receipt goes back into the queue. One that has none for 30 days leaves as
/// well, and its files count as unsent. What cannot be asked now is asked by the next run; nothing
/// is done while another process delivers.
void settle_delivered(forge::Forge& forge, const outbox::Outbox& outbox,
                      const std::filesystem::path& state_dir, const model::Target& target,
                      platform::Clock& clock);

/// Removes delivered batches without a receipt, of any target, the oldest first, as long as
/// `is_needed` says so: their files count as unsent, which is told.
void make_room(const outbox::Outbox& outbox, const std::filesystem::path& state_dir,
               const std::function<bool()>& is_needed);

/// Removes one delivered batch whose receipt was seen, if no other process minds it just now.
void remove_settled(const outbox::Outbox& outbox, const payload::BatchId& id);

}  // namespace healthmetric::deliver
