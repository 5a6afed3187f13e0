#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/select/scan_result.hpp"

/// What scans of folders and of lists share: adding a file to a ScanResult, or skipping it.

namespace healthmetric::select {

inline constexpr const char* kNoSuchFile = "No such file or directory";

void skip(ScanResult& result, std::string path, std::string reason, SkipCause cause);

/// `folder` with a trailing slash, or empty for the current one.
std::string folder_prefix(const std::filesystem::path& folder);

/// Why a file with this name cannot be sent; empty if it is a valid RelativePath.
std::string name_fault(const std::string& name);

/// Throws Error{usage} if `folder` is not a folder or cannot be read.
void check_folder(const std::filesystem::path& folder);

/// Adds a file to the totals; if it is gone or too large, skips it and returns false.
bool count_file(ScanResult& result, const SourceFile& file, const payload::Limits& limits);

/// Adds a regular file to be sent, unless its size or name is not allowed.
void add_file(ScanResult& result, const std::filesystem::path& folder, const std::string& name,
              const payload::Limits& limits);

/// Throws Error{usage} if the limits of a batch are exceeded.
void check_totals(const ScanResult& result, const payload::Limits& limits);

void sort_by_path(ScanResult& result);

}  // namespace healthmetric::select
