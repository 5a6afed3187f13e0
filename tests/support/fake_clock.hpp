#pragma once

#include <vector>

#include "common/platform/clock.hpp"

namespace healthmetric {

/// A clock that advances only by sleeping, and records the sleeps.
class FakeClock final : public platform::Clock {
 public:
  explicit FakeClock(
      std::chrono::sys_seconds start = std::chrono::sys_days{std::chrono::year{2024} / 1 / 15} +
                                       std::chrono::hours(10))
      : now_(start) {}

  time_point now() override { return now_; }
  void sleep_for(duration time) override {
    now_ += time;
    sleeps.push_back(time);
  }

  std::vector<duration> sleeps;

 private:
  time_point now_;
};

}  // namespace healthmetric
