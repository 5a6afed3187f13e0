#pragma once

#include <optional>
#include <string>

#include "common/platform/terminal.hpp"

namespace healthmetric::terminal {

/// Reads a line from the user at the terminal without showing it, at most 4096 bytes, the rest of
/// which are dropped; nullopt at the end of input (Ctrl-D). Backspace and Ctrl-U work. Throws as
/// stop_if_signalled() does, and on Ctrl-C. Needs watch_for_signals().
std::optional<std::string> read_secret_line(const std::string& prompt,
                                            platform::QuietTerminal& terminal);

}  // namespace healthmetric::terminal
