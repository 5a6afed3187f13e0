#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/command_line.hpp"

/// sender.toml: any option by its name, and again in sections for the profiles.
///
///   repo = "you/health-data"
///   token-file = "/home/lab/.healthmetric-token"
///
///   [profile.nightly]
///   folder = "/srv/metrics/today"
///   exclude = ["*.tmp.json", "raw"]

namespace healthmetric::sender {

/// $XDG_CONFIG_HOME/healthmetric/sender.toml, with the default the XDG Base Directory Specification
/// gives; empty where neither it nor HOME is set.
std::filesystem::path default_config_file();

/// The settings of the file, those of the profile first: where both name an option, the profile's
/// wins. An empty `profile` is none. Throws Error{usage} for a file that cannot be read, a key that
/// is no option of `app`, and a profile that is not there.
std::vector<Setting> config_settings(const CLI::App& app, const std::filesystem::path& file,
                                     const std::string& profile);

}  // namespace healthmetric::sender
