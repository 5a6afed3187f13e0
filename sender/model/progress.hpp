#pragma once

#include <cstdint>

#include "common/platform/clock.hpp"

namespace healthmetric::model {

/// What the sender is at.
struct Step {
  enum class Phase { packing, sending, starting, waiting };

  Phase phase = Phase::packing;
  std::size_t part = 0;  ///< from 1; with `parts`, when sending
  std::size_t parts = 0;
  std::uint64_t total_bytes = 0;  ///< 0: not known yet
  std::uint64_t rest_bytes = 0;   ///< of the parts behind it
  std::uint64_t past_bytes = 0;   ///< of the parts in front of it
};

/// Hears how far the work is; this one does nothing with it. Called for every block: cheap.
class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  virtual ~Progress() = default;

  virtual void begin(const Step& /*step*/) {}
  /// Of the step's bytes so many are done; it may be fewer than before when work is repeated.
  virtual void at(std::uint64_t /*done_bytes*/, std::uint64_t /*total_bytes*/) {}
  /// Nothing will happen before that time.
  virtual void wait_until(platform::Clock::time_point /*time*/) {}
};

}  // namespace healthmetric::model
