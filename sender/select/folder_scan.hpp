#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/payload/batch.hpp"
#include "common/payload/relative_path.hpp"
#include "sender/model/scan_result.hpp"
#include "sender/select/scan_rules.hpp"

namespace healthmetric::select {

/// All files below `folder` that the rules and the ignore files in it
/// (sender/select/ignore_files.hpp) leave. What a pattern includes goes whatever its type, and
/// whatever an ignore file says. Symbolic links are not followed, `.git` is never entered; what is
/// skipped is named in the result. Files that grow past `limits` are skipped by error, as are
/// names that are not UTF-8 and what may not be read, unless an ignore file names them. Throws
/// Error{usage} when an ignore file cannot be read, when `folder` is no folder that can be read,
/// and past the limits of a batch.
model::ScanResult scan_folder(const std::filesystem::path& folder, const ScanRules& rules,
                              const payload::Limits& limits);

/// The files that `list` names, each ended by `separator`, as paths below `folder`, which absolute
/// ones must have in front; their names in the batch are these paths. A list is explicit: they go
/// whatever their type and whatever an ignore file says, unless the rules' patterns exclude them;
/// ignore files themselves and what is git's never go. What cannot be sent is skipped by error.
model::ScanResult scan_list(std::string_view list, char separator,
                            const std::filesystem::path& folder, const ScanRules& rules,
                            const payload::Limits& limits);

/// Files named by hand: taken whatever their type, each under its base name. A symbolic link is
/// not followed here either. Throws Error{usage} when none can be sent, or two have one name.
model::ScanResult scan_files(const std::vector<std::filesystem::path>& files,
                             const payload::Limits& limits);

}  // namespace healthmetric::select
