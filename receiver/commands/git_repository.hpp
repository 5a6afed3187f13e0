#pragma once

#include <filesystem>

namespace healthmetric::receiver {

/// Whether a folder is inside the work tree or the git directory of a git repository, judged by
/// names alone.
bool is_in_git_repository(const std::filesystem::path& folder);

/// Whether that repository was told to leave files out of its work tree, as far as can be told from
/// names.
bool is_sparse_clone(const std::filesystem::path& folder);

}  // namespace healthmetric::receiver
