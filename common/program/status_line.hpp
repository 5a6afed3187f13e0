#pragma once

#include <functional>
#include <string>

#include "common/platform/clock.hpp"

namespace healthmetric::program {

/// Shows the progress of long work on standard error: on a terminal one line that is redrawn and
/// erased at the end, elsewhere a message every half a minute.
class StatusLine {
 public:
  explicit StatusLine(platform::Clock& clock);
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  /// Cheap: `text` is called only when it is time to show it again. ASCII, cut where the terminal
  /// ends.
  void show(const std::function<std::string()>& text);

 private:
  void erase();

  platform::Clock& clock_;
  bool redraws_;
  bool is_visible_ = false;
  platform::Clock::time_point shown_;
};

}  // namespace healthmetric::program
