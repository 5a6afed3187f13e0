#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "sender/model/target.hpp"

/// What this state directory keeps of its contact with a repository and branch. It is apart from
/// the record of what was sent, which may be removed at any time:
///
///   <state dir>/contact/<digest of the target>.json = {"delivered_at": "2024-01-15T10:30:00Z"}
///   <state dir>/contact/<digest of the target>.token.json =
///       {"token": "<digest of the token>", "expires": "2024-01-15T10:30:00Z"}
///
///   <state dir>/contact/<digest of the target>.asked.json = {"batch_id": "20240115T103000Z-..."}
///
/// What cannot be read is not known. What cannot be recorded is a warning: it fails nothing.

namespace healthmetric::outbox {

/// When the last batch was delivered to the target's repository and branch, whatever its trigger.
/// One in the future is not known. Creates nothing.
std::optional<std::chrono::sys_seconds> last_delivery(const std::filesystem::path& state_dir,
                                                      const model::Target& target,
                                                      std::chrono::sys_seconds now);

void record_delivery_time(const std::filesystem::path& state_dir, const model::Target& target,
                          std::chrono::sys_seconds now);

/// When that token ends, by an earlier run to the same repository and branch. Creates nothing.
std::optional<std::chrono::sys_seconds> known_token_expiry(const std::filesystem::path& state_dir,
                                                           const model::Target& target,
                                                           const std::string& token);

void record_token_expiry(const std::filesystem::path& state_dir, const model::Target& target,
                         const std::string& token, std::chrono::sys_seconds expires);

/// Whose receipt was looked for last, by an earlier run: a turn that begins behind it. "" for none.
std::string last_asked(const std::filesystem::path& state_dir, const model::Target& target);
void record_last_asked(const std::filesystem::path& state_dir, const model::Target& target,
                       const std::string& batch_id);

}  // namespace healthmetric::outbox
