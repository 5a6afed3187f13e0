#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace healthmetric::platform {

/// $HOME, on Windows %USERPROFILE%, where it is an absolute path.
std::optional<std::string> home_folder();

/// Where the programs keep what outlasts a run: in a systemd unit with StateDirectory= its first
/// folder, $STATE_DIRECTORY (systemd.exec(5)); else $XDG_STATE_HOME/healthmetric, with the default
/// that the XDG Base Directory Specification gives, which is %LOCALAPPDATA% on Windows. nullopt if
/// these variables and HOME are not set.
std::optional<std::filesystem::path> state_folder();

/// Where their configuration is: $XDG_CONFIG_HOME/healthmetric, with the default that the same
/// specification gives, which is %APPDATA% on Windows. nullopt if the variables are not set.
std::optional<std::filesystem::path> configuration_folder();

/// How such a folder is told: in a help text, and in a message where no variable tells it.
struct FolderText {
  std::string_view shown;
  std::string_view why_unknown;
};
FolderText state_folder_text();
FolderText configuration_folder_text();

/// The first folder of LogsDirectory= in a systemd unit, $LOGS_DIRECTORY; nullopt elsewhere.
std::optional<std::filesystem::path> logs_folder();

/// `path` with "~" for the home folder, alone or in front of a slash: a shell does not get to see
/// it behind a "=", in a variable or in a file. Throws Error{usage} where HOME does not tell it.
std::filesystem::path expand_home(const std::string& path);

}  // namespace healthmetric::platform
