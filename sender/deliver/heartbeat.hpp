#pragma once

#include <chrono>
#include <filesystem>

#include "sender/model/target.hpp"
#include "sender/outbox/outbox.hpp"

/// A heartbeat is a batch without files, from a producer that has nothing to send: so the owner can
/// tell one that has nothing new from one that is dead.

namespace healthmetric::deliver {

/// Whether a batch waits in the queue that a run to `target` delivers.
bool has_waiting(const outbox::Outbox& outbox, const model::Target& target);

/// Whether nothing was delivered to the target's repository and branch for `every`, or for a little
/// less: a job that runs once a day never runs to the second.
bool is_heartbeat_due(const std::filesystem::path& state_dir, const model::Target& target,
                      std::chrono::seconds every, std::chrono::sys_seconds now);

}  // namespace healthmetric::deliver
