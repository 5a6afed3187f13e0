#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/payload/batch.hpp"
#include "common/payload/relative_path.hpp"
#include "common/select/scan_result.hpp"
#include "common/select/scan_rules.hpp"

namespace healthmetric::select {

/// All files below `folder` that the rules and the ignore files in it
/// (common/select/ignore_files.hpp) allow. Files that a pattern includes are sent whatever their
/// type, and whatever an ignore file says. Symbolic links are not followed, `.git` is never
/// entered; the result lists what is skipped. Files larger than `limits` allow are skipped by
/// error, as are names that are not UTF-8 and unreadable files, unless an ignore file matches them.
/// Throws Error{usage} if an ignore file or `folder` cannot be read, and if the limits of a batch
/// are exceeded.
ScanResult scan_folder(const std::filesystem::path& folder, const ScanRules& rules,
                       const payload::Limits& limits);

/// The files that `list` names, each terminated by `separator`: relative paths are below `folder`,
/// and absolute ones must be; their names in the batch are relative to it. A list is explicit:
/// files are sent whatever their type and whatever an ignore file says, unless the rules' patterns
/// exclude them; ignore files and `.git` are never sent. Files that cannot be sent are skipped by
/// error.
ScanResult scan_list(std::string_view list, char separator, const std::filesystem::path& folder,
                     const ScanRules& rules, const payload::Limits& limits);

/// Files named by the user: sent whatever their type, each under its base name. Symbolic links are
/// not followed here either. Throws Error{usage} if none can be sent, or two have the same name.
ScanResult scan_files(const std::vector<std::filesystem::path>& files,
                      const payload::Limits& limits);

}  // namespace healthmetric::select
