#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sender/model/scan_result.hpp"

/// What scans of folders and of lists share: how a file gets into a ScanResult, or is skipped.

namespace healthmetric::select {

inline constexpr const char* kNoSuchFile = "No such file or directory";

void skip(model::ScanResult& result, std::string path, std::string reason, model::SkipCause cause);

/// `folder` with a final slash, or empty for the current one.
std::string folder_prefix(const std::filesystem::path& folder);

/// Why a regular file cannot go, as far as its name tells; empty for what is a RelativePath.
std::string name_fault(const std::string& name);

/// A folder's listing, asked for again where that was interrupted, as on network shares.
std::filesystem::directory_iterator list_folder(const std::filesystem::path& folder,
                                                std::error_code& error);

/// Throws Error{usage} when `folder` is no folder that can be read.
void check_folder(const std::filesystem::path& folder);

/// Counts a file in, or leaves it out where it is gone or too large: then false.
bool count_file(model::ScanResult& result, const model::SourceFile& file,
                const payload::Limits& limits);

/// Adds a regular file that is to be sent, unless its size or name forbids it.
void add_file(model::ScanResult& result, const std::filesystem::path& folder,
              const std::string& name, const payload::Limits& limits);

/// Throws Error{usage} past the limits of a batch.
void check_totals(const model::ScanResult& result, const payload::Limits& limits);

void sort_by_path(model::ScanResult& result);

}  // namespace healthmetric::select
