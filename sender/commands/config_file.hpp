#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/program/settings.hpp"

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

/// What the file says, each in the order it stands there.
struct ConfigSettings {
  program::Settings general;
  program::Settings of_profile;  ///< of the one chosen
};

/// Reads the file (TOML 1.0). An empty `profile` is none. Throws Error{usage} for a file that
/// cannot be read or is no TOML, a key that is none of `options`, and a profile that is not there.
ConfigSettings config_settings(const std::vector<std::string>& options,
                               const std::filesystem::path& file, const std::string& profile);

}  // namespace healthmetric::sender
