#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "common/platform/terminal.hpp"

namespace healthmetric::terminal {

inline constexpr std::size_t kMaxSecretBytes = 4096;

/// Reads a line from the user at the terminal without showing it; of one that is too long
/// kMaxSecretBytes and one more byte, so that it can be told. Nullopt at the end of input (Ctrl-D).
/// Backspace and Ctrl-U work. Throws as stop_if_signalled() does, and on Ctrl-C. Needs
/// watch_for_signals().
std::optional<std::string> read_secret_line(const std::string& prompt,
                                            platform::QuietTerminal& terminal);

}  // namespace healthmetric::terminal
