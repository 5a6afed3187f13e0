#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "common/platform/clock.hpp"
#include "sender/model/progress.hpp"

/// How progress is shown: as a line that is redrawn, or as messages.

namespace healthmetric::terminal {

/// What the progress line shows.
struct ProgressState {
  model::Step step;
  std::uint64_t done_bytes = 0;
  double bytes_per_second = 0;                  ///< 0: not known
  platform::Clock::time_point waiting_until{};  ///< the epoch: it is not waiting
};

/// One line of ASCII with fewer than `columns` characters: phase and part, percentage and bytes of
/// all parts together, rate, time left, as much of it as fits.
std::string render(const ProgressState& state, unsigned columns);

/// Redraws one line, at most ten times a second, and erases it in the end. Changes too soon after a
/// redraw are drawn by the next tick.
class ProgressLine final : public model::Progress {
 public:
  using Write = std::function<void(const std::string&)>;
  using Columns = std::function<unsigned()>;

  ProgressLine(platform::Clock& clock, Write write, Columns columns);
  ~ProgressLine() override;

  void begin(const model::Step& step) override;
  void at(std::uint64_t done_bytes, std::uint64_t total_bytes) override;
  void wait_until(platform::Clock::time_point time) override;

  /// Erases the line until there is something new to draw.
  void erase();

  /// To be called a few times a second, even without progress.
  void tick();

 private:
  struct Sample {
    platform::Clock::time_point time;
    std::uint64_t bytes = 0;
  };

  void begin_to_measure();
  void measure(platform::Clock::time_point now);
  void draw(platform::Clock::time_point now);

  platform::Clock& clock_;
  Write write_;
  Columns columns_;
  ProgressState state_;
  platform::Clock::time_point drawn_{};
  platform::Clock::time_point began_{};
  std::uint64_t earlier_bytes_ = 0;  ///< of the parts before
  std::deque<Sample> samples_;       ///< oldest first
  bool is_visible_ = false;
  bool is_outdated_ = false;
};

/// If standard error is not a terminal: a message every 30 seconds.
class ProgressMessages final : public model::Progress {
 public:
  using Say = std::function<void(const std::string&)>;

  ProgressMessages(platform::Clock& clock, Say say);

  void begin(const model::Step& step) override;
  void at(std::uint64_t done_bytes, std::uint64_t total_bytes) override;

 private:
  platform::Clock& clock_;
  Say say_;
  ProgressState state_;
  platform::Clock::time_point said_;
};

/// A line if standard error is a terminal, else messages.
std::unique_ptr<model::Progress> standard_error_progress(platform::Clock& clock);

}  // namespace healthmetric::terminal
