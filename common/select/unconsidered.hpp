#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "common/select/scan_result.hpp"

namespace healthmetric::select {

/// How many files there are of each type: by extension (".dcm", in lower case), or under
/// kNoExtension, or what it is instead of a file ("symbolic link").
using FilesByType = std::map<std::string, std::uint64_t>;

inline constexpr const char* kNoExtension = "without extension";
/// What there is more of when there are many types.
inline constexpr const char* kOtherTypes = "other types";
/// Folders whose files could not be counted.
inline constexpr const char* kUnreadableFolder = "unreadable folder";

/// Everything below `folder` that a scan of it neither took nor reported as an error, whatever the
/// reason: its type, a pattern, an ignore file, a hidden folder. Each is logged. Links are not
/// followed.
FilesByType unconsidered_files(const std::filesystem::path& folder, const ScanResult& scan);

}  // namespace healthmetric::select
