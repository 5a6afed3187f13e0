#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "sender/model/target.hpp"

/// When this state directory last delivered something, by repository and branch. It is apart from
/// the record of what was sent, which may be removed at any time:
///
///   <state dir>/contact/<digest of the target>.json = {"delivered_at": "2024-01-15T10:30:00Z"}
///
/// What cannot be read, or is in the future, is not known.

namespace healthmetric::outbox {

/// When the last batch was delivered to the target's repository and branch, whatever its trigger.
/// Creates nothing.
std::optional<std::chrono::sys_seconds> last_delivery(const std::filesystem::path& state_dir,
                                                      const model::Target& target,
                                                      std::chrono::sys_seconds now);

/// Records a delivery. If that fails, it logs a warning and the delivery does not fail.
void record_contact(const std::filesystem::path& state_dir, const model::Target& target,
                    std::chrono::sys_seconds now);

}  // namespace healthmetric::outbox
