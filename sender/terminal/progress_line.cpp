#include "sender/terminal/progress_line.hpp"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <initializer_list>
#include <mutex>
#include <stop_token>
#include <thread>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/terminal.hpp"
#include "common/program/log.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::terminal {
namespace {

using namespace std::chrono_literals;

/// Eight a second, which leaves room for a wait to be shown at once within ten.
constexpr auto kRedrawEvery = 125ms;
constexpr auto kMessageEvery = 30s;

/// A step without news is drawn again after that time.
constexpr auto kRefreshEvery = 1s;

/// The rate is that of the last seconds. Of the very first nothing is learned: what went then
/// filled the system's buffers.
constexpr auto kMeasuredTime = 15s;
constexpr auto kFillingTime = 500ms;
constexpr auto kSampleEvery = 250ms;

/// Carriage return, and "erase to the end of the line" (ECMA-48, EL).
constexpr const char* kLineStart = "\r";
constexpr const char* kEraseRest = "\x1b[K";

std::string phase_text(const model::Step& step) {
  switch (step.phase) {
    case model::Step::Phase::packing:
      return "packing";
    case model::Step::Phase::sending:
      return step.parts > 1 ? fmt::format("sending part {} of {}", step.part, step.parts)
                            : "sending";
    case model::Step::Phase::starting:
      return "starting the workflow";
    case model::Step::Phase::waiting:
      return "waiting for the receiver";
  }
  return "";
}

std::string short_phase(const model::Step& step) {
  switch (step.phase) {
    case model::Step::Phase::packing:
      return "pack";
    case model::Step::Phase::sending:
      return step.parts > 1 ? fmt::format("{}/{}", step.part, step.parts) : "send";
    case model::Step::Phase::starting:
      return "start";
    case model::Step::Phase::waiting:
      return "wait";
  }
  return "";
}

/// Of all parts together: who waits for a batch does not care how it is split.
std::uint64_t done_bytes(const ProgressState& state) {
  return state.step.past_bytes + state.done_bytes;
}
std::uint64_t total_bytes(const ProgressState& state) {
  return state.step.past_bytes + state.step.total_bytes + state.step.rest_bytes;
}

/// A request is a little longer than the part it carries: what was planned stays the measure, or
/// the percentage would go back where a part begins.
void take_news(ProgressState& state, std::uint64_t done, std::uint64_t total) {
  if (state.step.total_bytes == 0) state.step.total_bytes = total;
  state.done_bytes = std::min(done, state.step.total_bytes);
}

/// "0:09", "12:34", "1:02:03"; "--" when nobody can know.
std::string time_left(const ProgressState& state) {
  const std::uint64_t bytes = total_bytes(state) - done_bytes(state);
  // Once all is handed over, it is the network's and the server's time.
  if (state.bytes_per_second <= 0 || bytes == 0) return "--";
  constexpr double kRounding = 0.001;
  const double left = std::ceil(static_cast<double>(bytes) / state.bytes_per_second - kRounding);
  const auto seconds = static_cast<long>(std::min(left, 359'999.0));
  const long hours = seconds / 3600;
  const long minutes = seconds / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, seconds % 60);
  return fmt::format("{}:{:02}", minutes, seconds % 60);
}

std::string rate_text(const ProgressState& state) {
  if (state.bytes_per_second < 1) return "-- B/s";
  return human_bytes(static_cast<std::uint64_t>(std::llround(state.bytes_per_second))) + "/s";
}

std::string percentage(const ProgressState& state) {
  const std::uint64_t total = total_bytes(state);
  if (total == 0) return "0%";
  return fmt::format("{}%", static_cast<unsigned>(100.0 * static_cast<double>(done_bytes(state)) /
                                                  static_cast<double>(total)));
}

std::string bytes_text(const ProgressState& state) {
  return human_bytes(done_bytes(state)) + " of " + human_bytes(total_bytes(state));
}

/// The first that fits; they go from much to little.
std::string first_that_fits(std::initializer_list<std::string> lines, unsigned columns) {
  for (const std::string& line : lines) {
    if (line.size() < columns) return line;
  }
  return "";
}

std::string render_waiting(platform::Clock::time_point until, unsigned columns) {
  const std::string time = text::format_timestamp(std::chrono::ceil<std::chrono::seconds>(until));
  const std::string clock = time.substr(time.find('T') + 1);  // "10:03:20Z"
  return first_that_fits(
      {"waiting until " + time, "waiting until " + clock, "until " + clock, clock}, columns);
}

}  // namespace

std::string render(const ProgressState& state, unsigned columns) {
  if (state.waiting_until != platform::Clock::time_point()) {
    return render_waiting(state.waiting_until, columns);
  }
  const std::string phase = phase_text(state.step);
  const std::string brief = short_phase(state.step);
  const bool has_bytes = state.step.phase == model::Step::Phase::packing ||
                         state.step.phase == model::Step::Phase::sending;
  if (!has_bytes) return first_that_fits({phase, brief}, columns);
  const std::string percent = percentage(state);
  const std::string rate = rate_text(state);
  const std::string left = time_left(state);
  const std::string done = human_bytes(done_bytes(state));
  return first_that_fits(
      {fmt::format("{}  {}  {}  {}  ETA {}", phase, percent, bytes_text(state), rate, left),
       fmt::format("{}  {}  {}  {}  {}", brief, percent, done, rate, left),
       fmt::format("{} {} {} {} {}", brief, percent, done, rate, left),
       fmt::format("{} {} {} {}", brief, percent, rate, left),
       fmt::format("{} {} {}", brief, percent, left), fmt::format("{} {}", brief, percent),
       percent},
      columns);
}

ProgressLine::ProgressLine(platform::Clock& clock, Write write, Columns columns)
    : clock_(clock), write_(std::move(write)), columns_(std::move(columns)) {}

ProgressLine::~ProgressLine() {
  erase();
}

void ProgressLine::begin(const model::Step& step) {
  const bool goes_on = step.phase == model::Step::Phase::sending && step.part > 1 &&
                       state_.step.phase == model::Step::Phase::sending;
  const double rate = goes_on ? state_.bytes_per_second : 0;
  earlier_bytes_ = goes_on ? earlier_bytes_ + state_.done_bytes : 0;
  state_ = {};
  state_.step = step;
  state_.bytes_per_second = rate;
  if (!goes_on) begin_to_measure();
  is_outdated_ = true;
  draw(clock_.now());
}

void ProgressLine::at(std::uint64_t done_bytes, std::uint64_t total_bytes) {
  if (done_bytes < state_.done_bytes) begin_to_measure();  // it began again
  take_news(state_, done_bytes, total_bytes);
  state_.waiting_until = {};
  is_outdated_ = true;
  draw(clock_.now());
}

void ProgressLine::tick() {
  const platform::Clock::time_point now = clock_.now();
  const bool is_old = is_visible_ && now - drawn_ >= kRefreshEvery;
  if (is_outdated_ || is_old) draw(now);
}

void ProgressLine::wait_until(platform::Clock::time_point time) {
  state_.waiting_until = time;
  drawn_ = {};  // nothing else will draw while it waits
  draw(clock_.now());
}

void ProgressLine::erase() {
  is_outdated_ = false;
  if (!is_visible_) return;
  write_(std::string(kLineStart) + kEraseRest);
  is_visible_ = false;
}

void ProgressLine::begin_to_measure() {
  samples_.clear();
  began_ = clock_.now();
  state_.bytes_per_second = 0;
}

void ProgressLine::measure(platform::Clock::time_point now) {
  if (now - began_ < kFillingTime) return;
  const std::uint64_t bytes = earlier_bytes_ + state_.done_bytes;
  if (samples_.empty() || now - samples_.back().time >= kSampleEvery) {
    samples_.push_back({now, bytes});
  }
  while (samples_.size() > 2 && now - samples_[1].time >= kMeasuredTime) samples_.pop_front();
  const Sample& oldest = samples_.front();
  const double seconds = std::chrono::duration<double>(now - oldest.time).count();
  if (now - oldest.time < kSampleEvery || bytes < oldest.bytes) return;
  state_.bytes_per_second = static_cast<double>(bytes - oldest.bytes) / seconds;
}

void ProgressLine::draw(platform::Clock::time_point now) {
  if (now - drawn_ < kRedrawEvery) return;
  measure(now);
  drawn_ = now;
  write_(kLineStart + render(state_, columns_()) + kEraseRest);
  is_visible_ = true;
  is_outdated_ = false;
}

ProgressMessages::ProgressMessages(platform::Clock& clock, Say say)
    : clock_(clock), say_(std::move(say)), said_(clock.now()) {}

void ProgressMessages::begin(const model::Step& step) {
  state_ = {};
  state_.step = step;
}

void ProgressMessages::at(std::uint64_t done_bytes, std::uint64_t total_bytes) {
  take_news(state_, done_bytes, total_bytes);
  const platform::Clock::time_point now = clock_.now();
  if (now - said_ < kMessageEvery) return;
  said_ = now;
  say_(fmt::format("{}: {} ({})", phase_text(state_.step), bytes_text(state_), percentage(state_)));
}

namespace {

/// A line on standard error that makes way for messages. A thread of its own keeps it true while
/// the work waits for something.
class StandardErrorLine final : public model::Progress {
 public:
  explicit StandardErrorLine(platform::Clock& clock)
      : line_(clock, platform::write_to_terminal, platform::terminal_columns),
        ticker_([this](const std::stop_token& stop) { tick_until(stop); }) {
    log::before_each_message([this] {
      const std::lock_guard lock(mutex_);
      line_.erase();
    });
  }
  ~StandardErrorLine() override { log::before_each_message({}); }
  StandardErrorLine(const StandardErrorLine&) = delete;
  StandardErrorLine& operator=(const StandardErrorLine&) = delete;

  void begin(const model::Step& step) override {
    const std::lock_guard lock(mutex_);
    line_.begin(step);
  }
  void at(std::uint64_t done, std::uint64_t total) override {
    const std::lock_guard lock(mutex_);
    line_.at(done, total);
  }
  void wait_until(platform::Clock::time_point time) override {
    const std::lock_guard lock(mutex_);
    line_.wait_until(time);
  }

 private:
  void tick_until(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      stopped_.wait_for(lock, stop, kRedrawEvery, [] { return false; });
      if (!stop.stop_requested()) line_.tick();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any stopped_;
  ProgressLine line_;
  std::jthread ticker_;
};

}  // namespace

std::unique_ptr<model::Progress> standard_error_progress(platform::Clock& clock) {
  if (platform::standard_error_can_be_redrawn()) return std::make_unique<StandardErrorLine>(clock);
  return std::make_unique<ProgressMessages>(clock,
                                            [](const std::string& text) { log::info(text); });
}

}  // namespace healthmetric::terminal
