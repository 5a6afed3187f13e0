#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "common/platform/clock.hpp"

namespace healthmetric::forge {

/// How many writes may be sent in a burst before they must be spread.
inline constexpr std::uint64_t kWritesAtOnce = 10;
inline constexpr std::uint64_t kWritesPerMinute = 80;
inline constexpr std::uint64_t kWritesPerHour = 500;

/// When the next write may be sent, so that requests that create content stay within GitHub's
/// limits: a burst, then evenly spread, never more than allowed in a minute or an hour (GitHub,
/// "Rate limits for the REST API", section about secondary rate limits).
class WritePacer {
 public:
  /// Takes the next turn and returns its time, which is not before `now`.
  platform::Clock::time_point next_turn(platform::Clock::time_point now);

 private:
  platform::Clock::time_point even_{};  ///< when the turn comes if all were spread evenly
  std::deque<platform::Clock::time_point> turns_;  ///< of the last hour, oldest first
};

/// The least time that `writes` turns take.
std::chrono::seconds least_duration(std::uint64_t writes);

}  // namespace healthmetric::forge
