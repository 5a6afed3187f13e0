#pragma once

#include <filesystem>
#include <string>
#include <utility>
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

inline constexpr const char* kConfigFileName = "sender.toml";

/// That file in platform::configuration_folder(); empty if that is unknown.
std::filesystem::path default_config_file();

/// The settings in the file, in the order of the file.
struct ConfigSettings {
  program::Settings general;
  program::Settings of_profile;  ///< of the profile that was chosen
  std::vector<std::pair<std::string, program::Settings>> profiles;  ///< all, by their names
};

/// Reads the file (TOML 1.0). An empty `profile` means no profile. Throws Error{usage} if the file
/// cannot be read or is not TOML, or has a key not in `options`, or lacks the profile.
ConfigSettings config_settings(const std::vector<std::string>& options,
                               const std::filesystem::path& file, const std::string& profile);

}  // namespace healthmetric::sender
