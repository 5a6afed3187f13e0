#include "sender/forge/github_pacing.hpp"

#include <algorithm>

namespace healthmetric::forge {
namespace {

constexpr auto kHour = std::chrono::hours(1);

/// What goes at once counts for the minute, too: the rest of it is spread over the minute.
constexpr platform::Clock::duration kSpacing(60'000 / (kWritesPerMinute - kWritesAtOnce) + 1);
constexpr platform::Clock::duration kHeadStart = kSpacing * static_cast<int>(kWritesAtOnce - 1);

}  // namespace

platform::Clock::time_point WritePacer::next_turn(platform::Clock::time_point now) {
  // The generic cell rate algorithm (ITU-T I.371): a turn may come early by what goes at once.
  platform::Clock::time_point turn = std::max(now, even_ - kHeadStart);
  while (!turns_.empty() && turns_.front() + kHour <= turn) turns_.pop_front();
  if (turns_.size() >= kWritesPerHour) {
    turn = turns_.front() + kHour;
    turns_.pop_front();
  }
  turns_.push_back(turn);
  even_ = std::max(even_, turn) + kSpacing;
  return turn;
}

std::chrono::seconds least_duration(std::uint64_t writes) {
  WritePacer pacer;
  const platform::Clock::time_point begin = platform::Clock::time_point(std::chrono::days(1));
  platform::Clock::time_point turn = begin;
  for (std::uint64_t i = 0; i < writes; ++i) turn = pacer.next_turn(turn);
  return std::chrono::ceil<std::chrono::seconds>(turn - begin);
}

}  // namespace healthmetric::forge
