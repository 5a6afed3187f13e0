#pragma once

#include <filesystem>
#include <system_error>

namespace healthmetric::platform {

enum class Access { read, change };

/// Why this process may not read the file or folder at `path`, or change it (for a folder: create
/// something in it); no error if it may. Looks, and changes nothing; links are followed.
std::error_code why_no_access(const std::filesystem::path& path, Access wanted);

}  // namespace healthmetric::platform
