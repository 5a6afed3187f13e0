#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "sender/model/target.hpp"
#include "sender/outbox/entry.hpp"

/// Silence is noticed. A heartbeat is a batch without files, from a producer that has nothing to
/// send: so the owner can tell one that has nothing new from one that is dead. And a producer whose
/// batches do not get through says so on its own machine.

namespace healthmetric::deliver {

/// Whether one of the queued batches is one that a run to `target` delivers.
bool has_waiting(const std::vector<outbox::OutboxEntry>& queued, const model::Target& target);

/// A target whose batches wait although nothing was delivered for long.
struct Overdue {
  std::uint64_t batches = 0;
  std::chrono::sys_seconds since;  ///< the last delivery; if there was none, the oldest batch
};

/// Nullopt if nothing waits for the target's repository and branch, whatever the trigger, or if
/// something was delivered there within `patience`.
std::optional<Overdue> find_overdue(const std::vector<outbox::OutboxEntry>& queued,
                                    const std::filesystem::path& state_dir,
                                    const model::Target& target, std::chrono::seconds patience,
                                    std::chrono::sys_seconds now);

/// Whether nothing was delivered to the target's repository and branch for `every`, or for a little
/// less: a job that runs once a day never runs to the second.
bool is_heartbeat_due(const std::filesystem::path& state_dir, const model::Target& target,
                      std::chrono::seconds every, std::chrono::sys_seconds now);

}  // namespace healthmetric::deliver
