#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "common/platform/clock.hpp"

namespace healthmetric::forge {

/// How many writes may follow each other at once before they must be spread.
inline constexpr std::uint64_t kWritesAtOnce = 10;
inline constexpr std::uint64_t kWritesPerMinute = 80;
inline constexpr std::uint64_t kWritesPerHour = 500;

/// When the next write may go, so that requests which create content stay within GitHub's limits:
/// some at once, then evenly, in no minute and no hour more than allowed
/// (GitHub, "Rate limits for the REST API", section about secondary rate limits).
class WritePacer {
 public:
  /// Takes the next turn: the time it comes, not before `now`.
  platform::Clock::time_point next_turn(platform::Clock::time_point now);

 private:
  platform::Clock::time_point even_{};  ///< when the turn comes if all were spread evenly
  std::deque<platform::Clock::time_point> turns_;  ///< of the last hour, oldest first
};

/// The least time that `writes` turns take.
std::chrono::seconds least_duration(std::uint64_t writes);

}  // namespace healthmetric::forge
