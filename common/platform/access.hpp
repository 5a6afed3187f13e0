#pragma once

#include <filesystem>
#include <optional>
#include <system_error>

namespace healthmetric::platform {

enum class Access { read, change };

/// Why this process may not read the file or folder at `path`, or change it (for a folder: create
/// something in it); no error if it may. Looks, and changes nothing; links are followed.
std::error_code why_no_access(const std::filesystem::path& path, Access wanted);

/// The permission bits of what the path leads to; nullopt where there are none: where nothing is,
/// and on Windows, where lists of rules say who may do what.
std::optional<std::filesystem::perms> permissions_of(const std::filesystem::path& path);

/// Whether any of these is among them.
bool has_permission(const std::filesystem::path& path, std::filesystem::perms any_of);

/// Whether its permissions let everybody read the regular file.
bool is_readable_by_others(const std::filesystem::path& path);

}  // namespace healthmetric::platform
