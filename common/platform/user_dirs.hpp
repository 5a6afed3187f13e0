#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace healthmetric::platform {

/// $HOME, where it is an absolute path.
std::optional<std::string> home_folder();

/// Where the programs keep what outlasts a run: in a systemd unit with StateDirectory= its first
/// folder, $STATE_DIRECTORY (systemd.exec(5)); else $XDG_STATE_HOME/healthmetric, with the default
/// that the XDG Base Directory Specification gives. nullopt if neither these variables nor HOME is
/// set.
std::optional<std::filesystem::path> state_folder();

/// The first folder of LogsDirectory= in a systemd unit, $LOGS_DIRECTORY; nullopt elsewhere.
std::optional<std::filesystem::path> logs_folder();

/// `path` with "~" for the home folder, alone or in front of a slash: a shell does not get to see
/// it behind a "=", in a variable or in a file. Throws Error{usage} where HOME does not tell it.
std::filesystem::path expand_home(const std::string& path);

}  // namespace healthmetric::platform
