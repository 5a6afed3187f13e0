#pragma once

#include <chrono>

#include "common/platform/clock.hpp"
#include "sender/check/finding.hpp"
#include "sender/commands/options.hpp"
#include "sender/http/http.hpp"

namespace healthmetric::sender {

/// The name of the batch.
inline constexpr const char* kRoundtripName = "doctor";

/// `roundtrip`: sends a batch without files, as a heartbeat, and waits for its receipt, at most
/// `time`. Tells how many seconds each leg took. What waits in the outbox is delivered, too.
check::Finding make_roundtrip(Options options, http::HttpTransport& transport,
                              platform::Clock& clock, std::chrono::seconds time);

}  // namespace healthmetric::sender
