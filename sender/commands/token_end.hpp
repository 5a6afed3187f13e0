#pragma once

#include <chrono>
#include <optional>

#include "sender/commands/forge_session.hpp"
#include "sender/commands/options.hpp"

/// The end of the token: from the server's answers, and kept in the state directory from one run to
/// the next.

namespace healthmetric::sender {

/// When the session's token ends, by the answers of this run, else by those of an earlier one.
std::optional<std::chrono::sys_seconds> token_end(ForgeSession& session, const Options& options,
                                                  const model::Target& target);

/// The same, kept for later runs.
std::optional<std::chrono::sys_seconds> keep_token_end(ForgeSession& session,
                                                       const Options& options,
                                                       const model::Target& target);

/// Warns if the token for a target ends within 14 days; within three, even if the run is quiet.
void warn_of_token_end(const model::Target& target, std::optional<std::chrono::sys_seconds> end,
                       std::chrono::sys_seconds now);

}  // namespace healthmetric::sender
