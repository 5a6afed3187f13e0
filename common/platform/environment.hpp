#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace healthmetric::platform {

/// The value of an environment variable; "" when it is not set, which nobody here tells from one
/// that is set to nothing.
std::string environment_variable(const std::string& name);

/// Its value as a path where it is an absolute one; else an empty path.
std::filesystem::path absolute_path_in(const std::string& variable);

/// The names, sorted, of the variables that begin with `prefix` and are set to something.
std::vector<std::string> environment_names(std::string_view prefix);

/// All of them as "NAME=value", for a program that is started.
std::vector<std::string> whole_environment();

}  // namespace healthmetric::platform
