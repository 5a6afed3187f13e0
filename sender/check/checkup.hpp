#pragma once

#include <functional>

#include "common/platform/clock.hpp"
#include "sender/check/finding.hpp"
#include "sender/check/subject.hpp"
#include "sender/http/http.hpp"

namespace healthmetric::check {

/// Makes all checks, in an order in which each comes after those it depends on, and calls `tell`
/// with each finding at once. What depends on a failed check is skipped. Changes nothing, here or
/// on the server. Throws Error{interrupted} or Error{terminated} on a signal.
void check_all(const Subject& subject, http::HttpTransport& transport, platform::Clock& clock,
               const std::function<void(const Finding&)>& tell);

}  // namespace healthmetric::check
