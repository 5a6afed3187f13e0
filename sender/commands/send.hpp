#pragma once

#include "common/platform/clock.hpp"
#include "sender/commands/options.hpp"
#include "sender/commands/outcome.hpp"
#include "sender/http/http.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::sender {

/// scan → pack → outbox → deliver → dispatch → wait. Also delivers what earlier runs left in the
/// outbox for the same target, oldest first. Throws Error if packing fails; later failures are
/// reported in the outcome, because the batch is safe in the outbox.
Outcome send(const Options& options, http::HttpTransport& transport, platform::Clock& clock,
             model::Progress& progress);

}  // namespace healthmetric::sender
