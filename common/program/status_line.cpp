#include "common/program/status_line.hpp"

#include <chrono>

#include "common/platform/terminal.hpp"
#include "common/program/log.hpp"

namespace healthmetric::program {
namespace {

using namespace std::chrono_literals;

constexpr auto kRedrawEvery = 125ms;
constexpr auto kMessageEvery = 30s;

/// Carriage return, and "erase to the end of the line" (ECMA-48, EL).
constexpr const char* kEraseLine = "\r\x1b[K";

}  // namespace

StatusLine::StatusLine(platform::Clock& clock)
    : clock_(clock), redraws_(platform::standard_error_can_be_redrawn()), shown_(clock.now()) {
  if (redraws_) log::before_each_message([this] { erase(); });
}

StatusLine::~StatusLine() {
  if (!redraws_) return;
  log::before_each_message({});
  erase();
}

void StatusLine::show(const std::function<std::string()>& text) {
  const platform::Clock::time_point now = clock_.now();
  const bool is_first = redraws_ && !is_visible_;
  if (!is_first &&
      now - shown_ < (redraws_ ? platform::Clock::duration(kRedrawEvery) : kMessageEvery))
    return;
  shown_ = now;
  if (!redraws_) return log::info(text());
  platform::write_to_terminal(kEraseLine + text().substr(0, platform::terminal_columns() - 1));
  is_visible_ = true;
}

void StatusLine::erase() {
  if (is_visible_) platform::write_to_terminal(kEraseLine);
  is_visible_ = false;
}

}  // namespace healthmetric::program
