#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace healthmetric::select {

/// The name of the files that say what is not to be sent, in the syntax of gitignore(5): each for
/// its folder and all below it.
inline constexpr const char* kIgnoreFile = ".healthmetricignore";

/// One such file.
struct IgnoreFile {
  std::string folder;  ///< below the source folder, "" or ending in "/"
  std::filesystem::path location;
};

/// Which of `paths`, all below one folder, the ignore files say not to send: sorted, as git itself
/// reads them, except that normalisation makes no difference. Paths are any bytes; those of folders
/// end in "/". Needs `git`; without it, or when an ignore file cannot be read or is not UTF-8,
/// throws Error{usage}: sending what was to be left out is worse than not sending.
std::vector<std::string> ignored_paths(const std::vector<IgnoreFile>& ignore_files,
                                       const std::vector<std::string>& paths);

}  // namespace healthmetric::select
