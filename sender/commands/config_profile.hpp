#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

/// Writes settings as they stand in sender.toml.

namespace healthmetric::sender {

/// Keys and values, in that order.
using ProfileSettings = std::vector<std::pair<std::string, std::string>>;

/// "repo = \"you/health-data\"\n…", with "[profile.NAME]" in front if `profile` is not empty.
std::string to_toml(const std::string& profile, const ProfileSettings& settings);

/// The text of the configuration `file`, which exists, with these settings as that profile: in
/// place of the one it has, else at its end. Everything else stays as it is; if that cannot be done
/// here, throws Error{usage} that says so. `options` are the keys that may be in such a file.
std::string with_profile(const std::filesystem::path& file, const std::vector<std::string>& options,
                         const std::string& profile, const ProfileSettings& settings);

}  // namespace healthmetric::sender
