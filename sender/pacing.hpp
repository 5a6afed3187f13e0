#pragma once

#include <chrono>
#include <cstdint>

namespace healthmetric {

/// How many writes may follow each other at once before they must be spread.
inline constexpr std::uint64_t kWritesAtOnce = 10;
inline constexpr std::uint64_t kWritesPerMinute = 80;
inline constexpr std::uint64_t kWritesPerHour = 500;

/// The least time that `writes` requests which create content take within GitHub's limits
/// (GitHub, "Rate limits for the REST API", section about secondary rate limits).
constexpr std::chrono::seconds least_duration(std::uint64_t writes) {
  using std::chrono::seconds;
  if (writes <= kWritesAtOnce) return seconds(0);
  const std::uint64_t whole_hours = (writes - 1) / kWritesPerHour;
  const std::uint64_t in_last_hour = writes - whole_hours * kWritesPerHour;
  const std::uint64_t spread = in_last_hour > kWritesAtOnce ? in_last_hour - kWritesAtOnce : 0;
  return seconds(whole_hours * 3600 + (spread * 60 + kWritesPerMinute - 1) / kWritesPerMinute);
}

}  // namespace healthmetric
