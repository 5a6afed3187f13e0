#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace healthmetric::platform {

/// $HOME, where it is an absolute path.
std::optional<std::string> home_folder();

/// `path` with "~" for the home folder, alone or in front of a slash: a shell does not get to see
/// it behind a "=", in a variable or in a file. Throws Error{usage} where HOME does not tell it.
std::filesystem::path expand_home(const std::string& path);

}  // namespace healthmetric::platform
