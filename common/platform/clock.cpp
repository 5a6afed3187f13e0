#include "common/platform/clock.hpp"

#include "common/platform/interruption.hpp"

namespace healthmetric::platform {

std::chrono::sys_seconds Clock::now_seconds() {
  return std::chrono::floor<std::chrono::seconds>(now());
}

Clock::time_point SystemClock::now() {
  return std::chrono::system_clock::now();
}

void SystemClock::sleep_for(duration time) {
  sleep_unless_signalled(time);
}

}  // namespace healthmetric::platform
