#pragma once

#include <filesystem>
#include <string_view>
#include <system_error>

namespace healthmetric::platform {

/// "a file", "a folder", "a symbolic link", "a named pipe", ... for messages.
std::string_view kind_of(std::filesystem::file_type type);

/// What lies at `path` itself: no link is followed, and on Windows a junction is a symbolic link,
/// too. not_found or none, with an error, where it cannot be looked at.
std::filesystem::file_type entry_type(const std::filesystem::path& path, std::error_code& error);

/// The same, of what links at `path` lead to.
std::filesystem::file_type target_type(const std::filesystem::path& path, std::error_code& error);

/// Whether it names, behind a colon, an alternate stream of a file or its kind, as Windows has
/// them.
bool names_a_stream(const std::filesystem::path& path);

}  // namespace healthmetric::platform
