#pragma once

#include <filesystem>
#include <functional>

#include "common/platform/clock.hpp"
#include "sender/forge/forge.hpp"
#include "sender/outbox/outbox.hpp"

/// Delivered is not yet stored: a batch delivered to an inbox branch stays in the outbox, with its
/// payloads, until its receipt is seen.

namespace healthmetric::deliver {

/// Checks the results of one target's delivered batches. Those with a receipt are removed from the
/// outbox; the files of a rejected one count as unsent, with a warning. One that is not in the
/// repository and has no receipt goes back into the queue. One without a receipt for 30 days is
/// removed, too, and its files count as unsent. If a request fails, the next run asks again;
/// nothing is done while another process delivers.
void settle_delivered(forge::Forge& forge, const outbox::Outbox& outbox,
                      const std::filesystem::path& state_dir, const model::Target& target,
                      platform::Clock& clock);

/// Removes delivered batches without a receipt, of any target, the oldest first, while
/// `is_needed()`: their files count as unsent, with a warning.
void make_room(const outbox::Outbox& outbox, const std::filesystem::path& state_dir,
               const std::function<bool()>& is_needed);

/// Removes one delivered batch whose receipt was seen, unless another process is delivering.
void remove_settled(const outbox::Outbox& outbox, const payload::BatchId& id);

}  // namespace healthmetric::deliver
