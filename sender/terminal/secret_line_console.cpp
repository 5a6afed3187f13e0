#include "common/platform/console_line.hpp"
#include "sender/terminal/secret_line.hpp"

/// Where the system reads lines by itself: on Windows.

namespace healthmetric::terminal {

std::optional<std::string> read_secret_line(const std::string& prompt,
                                            platform::QuietTerminal& /*terminal*/) {
  return platform::read_hidden_console_line(prompt);
}

}  // namespace healthmetric::terminal
