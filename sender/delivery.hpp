#pragma once

#include "sender/github_client.hpp"
#include "sender/outbox.hpp"
#include "sender/progress.hpp"

namespace healthmetric {

/// Brings one batch of the outbox into the repository: every part that is not there yet, each
/// recorded as delivered, then the trigger. Afterwards the entry may be removed.
///
/// Throws what the client throws; what was delivered until then stays recorded, so the next run
/// continues there. Only the trigger may happen twice, when its acceptance was unknown.
void deliver(GithubClient& client, OutboxEntry& entry, Progress& progress);

}  // namespace healthmetric
