#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace healthmetric::select {

/// The name of the files that list what not to send, in the syntax of gitignore(5): each applies to
/// its folder and everything below it.
inline constexpr const char* kIgnoreFile = ".healthmetricignore";

/// One such file.
struct IgnoreFile {
  std::string folder;  ///< below the source folder, "" or ending in "/"
  std::filesystem::path location;
};

/// Which of `paths`, all below one folder, the ignore files exclude, sorted. They mean the same as
/// for git, except that Unicode normalisation is ignored. Paths are any bytes; those of folders end
/// in "/". Needs `git`; without it, or if an ignore file cannot be read or is not UTF-8, throws
/// Error{usage}: sending an ignored file is worse than sending nothing.
std::vector<std::string> ignored_paths(const std::vector<IgnoreFile>& ignore_files,
                                       const std::vector<std::string>& paths);

}  // namespace healthmetric::select
