#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "common/clock.hpp"
#include "sender/http.hpp"

namespace healthmetric {

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
  virtual void wait_until(Clock::time_point /*time*/) {}
};

/// All that a line of progress shows.
struct ProgressState {
  Step step;
  std::uint64_t done_bytes = 0;
  double bytes_per_second = 0;        ///< 0: not known
  Clock::time_point waiting_until{};  ///< the epoch: it is not waiting
};

/// One line of ASCII with fewer than `columns` characters: phase and part, percentage and bytes of
/// all parts together, rate, time left, as much of it as fits.
std::string render(const ProgressState& state, unsigned columns);

/// Redraws one line, at most ten times a second, and leaves nothing of it behind. What comes too
/// soon after a redraw is drawn by the next tick.
class ProgressLine final : public Progress {
 public:
  using Write = std::function<void(const std::string&)>;
  using Columns = std::function<unsigned()>;

  ProgressLine(Clock& clock, Write write, Columns columns);
  ~ProgressLine() override;

  void begin(const Step& step) override;
  void at(std::uint64_t done_bytes, std::uint64_t total_bytes) override;
  void wait_until(Clock::time_point time) override;

  /// Takes the line away, until there is something new to draw.
  void erase();

  /// To be called a few times a second, also while nothing moves.
  void tick();

 private:
  struct Sample {
    Clock::time_point time;
    std::uint64_t bytes = 0;
  };

  void begin_to_measure();
  void measure(Clock::time_point now);
  void draw(Clock::time_point now);

  Clock& clock_;
  Write write_;
  Columns columns_;
  ProgressState state_;
  Clock::time_point drawn_{};
  Clock::time_point began_{};
  std::uint64_t earlier_bytes_ = 0;  ///< of the parts before
  std::deque<Sample> samples_;       ///< oldest first
  bool is_visible_ = false;
  bool is_outdated_ = false;
};

/// For where nothing can be redrawn: a message every half a minute.
class ProgressMessages final : public Progress {
 public:
  using Say = std::function<void(const std::string&)>;

  ProgressMessages(Clock& clock, Say say);

  void begin(const Step& step) override;
  void at(std::uint64_t done_bytes, std::uint64_t total_bytes) override;

 private:
  Clock& clock_;
  Say say_;
  ProgressState state_;
  Clock::time_point said_;
};

/// Watches the bodies of requests on their way to another transport.
class WatchedTransport final : public HttpTransport {
 public:
  WatchedTransport(HttpTransport& inner, Progress& progress) : inner_(inner), progress_(progress) {}

  Response send(const Request& request) override;

 private:
  HttpTransport& inner_;
  Progress& progress_;
};

/// What fits standard error: a line on a terminal, messages elsewhere.
std::unique_ptr<Progress> standard_error_progress(Clock& clock);

}  // namespace healthmetric
