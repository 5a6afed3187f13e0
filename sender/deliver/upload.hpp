#pragma once

#include "sender/forge/forge.hpp"
#include "sender/model/progress.hpp"
#include "sender/outbox/outbox.hpp"

namespace healthmetric::deliver {

/// Whether an earlier run may have begun to deliver a batch and crashed before it recorded that.
enum class Begun { no, perhaps };

/// Uploads one batch of the outbox: every part that is not in the repository yet, each recorded as
/// delivered, then the trigger. Afterwards the entry may be removed. Parts are uploaded in order,
/// so if a batch was perhaps begun, only the first part not recorded is looked up in the
/// repository. A missing inbox branch is created, and then every part is looked up again.
///
/// Throws what the forge throws; parts delivered until then stay recorded, so the next run
/// continues there. Only the trigger may be sent twice, if its answer was lost.
void upload_batch(forge::Forge& forge, outbox::OutboxEntry& entry, Begun begun,
                  model::Progress& progress);

}  // namespace healthmetric::deliver
