#pragma once

#include <filesystem>
#include <string_view>

namespace healthmetric::platform {

/// "a file", "a folder", "a symbolic link", "a named pipe", ... for messages.
std::string_view kind_of(std::filesystem::file_type type);

}  // namespace healthmetric::platform
