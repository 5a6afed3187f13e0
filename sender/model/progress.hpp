#pragma once

#include <cstdint>

#include "common/platform/clock.hpp"

namespace healthmetric::model {

/// What the sender is doing.
struct Step {
  enum class Phase { packing, sending, starting, waiting };

  Phase phase = Phase::packing;
  std::size_t part = 0;  ///< from 1; with `parts`, when sending
  std::size_t parts = 0;
  std::uint64_t total_bytes = 0;  ///< 0: not known yet
  std::uint64_t rest_bytes = 0;   ///< of the parts after it
  std::uint64_t past_bytes = 0;   ///< of the parts before it
};

/// Receives the progress of the work; the base class ignores it. Called for every block.
class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  virtual ~Progress() = default;

  virtual void begin(const Step& /*step*/) {}
  /// How many of the step's bytes are done; fewer than before if work is repeated.
  virtual void at(std::uint64_t /*done_bytes*/, std::uint64_t /*total_bytes*/) {}
  /// Nothing will happen before that time.
  virtual void wait_until(platform::Clock::time_point /*time*/) {}
};

}  // namespace healthmetric::model
