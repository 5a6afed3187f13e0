#pragma once

#include "sender/forge/forge.hpp"
#include "sender/model/progress.hpp"
#include "sender/outbox/outbox.hpp"

namespace healthmetric::deliver {

/// Whether an earlier run may have begun to deliver a batch, and died before it could record it.
enum class Begun { no, perhaps };

/// Brings one batch of the outbox into the repository: every part that is not there yet, each
/// recorded as delivered, then the trigger. Afterwards the entry may be removed. Parts go one after
/// the other, so of a batch that was perhaps begun only the first one not recorded is asked for.
/// Where the inbox branch is missing it is begun, and every part is asked for again.
///
/// Throws what the forge throws; what was delivered until then stays recorded, so the next run
/// continues there. Only the trigger may happen twice, when its acceptance was unknown.
void upload_batch(forge::Forge& forge, outbox::OutboxEntry& entry, Begun begun,
                  model::Progress& progress);

}  // namespace healthmetric::deliver
