#pragma once

#include <chrono>

namespace healthmetric::platform {

/// Time as the program sees it, so that tests need not wait.
class Clock {
 public:
  using time_point = std::chrono::system_clock::time_point;
  using duration = std::chrono::milliseconds;

  virtual ~Clock() = default;
  virtual time_point now() = 0;
  /// Throws Error{interrupted} or Error{terminated} when a signal ends the sleep.
  virtual void sleep_for(duration time) = 0;

  /// Now, in whole seconds of UTC.
  std::chrono::sys_seconds now_seconds();
};

class SystemClock final : public Clock {
 public:
  time_point now() override;
  void sleep_for(duration time) override;
};

}  // namespace healthmetric::platform
