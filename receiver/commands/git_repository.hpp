#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace healthmetric::receiver {

/// Whether a folder is inside the work tree or the git directory of a git repository, judged by
/// names alone.
bool is_in_git_repository(const std::filesystem::path& folder);

/// Whether that repository was told to leave files out of its work tree, as far as can be told from
/// names.
bool is_sparse_clone(const std::filesystem::path& folder);

/// How large the git directory of a clone is.
struct RepositorySize {
  std::uint64_t packed_bytes = 0;
  std::uint64_t loose_bytes = 0;
  /// What its branches and tags need of it, compressed; nothing in a partial clone, where that
  /// would fetch the rest.
  std::optional<std::uint64_t> reachable_bytes;
};

/// Asks git about the repository that `folder` is in; nothing is fetched. If git cannot say,
/// nothing, and `why` has the reason. Throws only if a signal ends it.
std::optional<RepositorySize> repository_size(const std::filesystem::path& folder,
                                              std::string& why);

}  // namespace healthmetric::receiver
