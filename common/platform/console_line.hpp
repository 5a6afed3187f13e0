#pragma once

#include <optional>
#include <string>

namespace healthmetric::platform {

/// Windows only: a line that the user types after `prompt`, without its end, edited by the console
/// itself; nothing at the end of input (Ctrl-Z). Throws as stop_if_signalled() does, on Ctrl-C too.
std::optional<std::string> read_console_line(const std::string& prompt);

/// The same, of a line that is not shown.
std::optional<std::string> read_hidden_console_line(const std::string& prompt);

}  // namespace healthmetric::platform
