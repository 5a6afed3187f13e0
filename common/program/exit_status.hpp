#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include "common/base/error.hpp"

namespace healthmetric::program {

/// Exit statuses of both programs; the README explains them to users.
enum class ExitStatus {
  success = 0,
  internal = 1,
  usage = 2,
  nothing_to_send = 3,
  partly_done = 4,
  unauthorized = 5,
  rate_limited = 6,
  network = 7,
  refused = 8,
  busy = 9,
  io = 10,
  timed_out = 11,
  interrupted = 130,
  terminated = 143,
};

/// Each status with its meaning in a few words, in order.
std::span<const std::pair<ExitStatus, std::string_view>> exit_status_meanings();

/// The only table from failure to exit status.
ExitStatus exit_status(ErrorCode code);

/// The status to report when both happened: the first of 130, 143, 2, 1, 10, 5, 8, 7, 6, 11, 9,
/// 4, 3, 0.
ExitStatus more_important(ExitStatus a, ExitStatus b);

/// Runs a program's body and turns any exception into one line on stderr and a status for `main`.
/// Never throws.
int run_guarded(const std::function<ExitStatus()>& body) noexcept;

}  // namespace healthmetric::program
