#include "receiver/commands/git_repository.hpp"

namespace healthmetric::receiver {
namespace {

/// Of the repository that the folder lies in; empty: in none.
std::filesystem::path git_directory_of(const std::filesystem::path& folder) {
  constexpr const char* kGitDirectory = ".git";
  std::error_code failure;
  std::filesystem::path above = std::filesystem::canonical(folder, failure);
  for (; above.has_relative_path(); above = above.parent_path()) {
    if (above.filename() == kGitDirectory) return above;
    if (std::filesystem::exists(above / kGitDirectory, failure)) return above / kGitDirectory;
  }
  return {};
}

}  // namespace

bool is_in_git_repository(const std::filesystem::path& folder) {
  return !git_directory_of(folder).empty();
}

bool is_sparse_clone(const std::filesystem::path& folder) {
  const std::filesystem::path git_directory = git_directory_of(folder);
  std::error_code failure;
  return !git_directory.empty() &&
         std::filesystem::exists(git_directory / "info/sparse-checkout", failure);
}

}  // namespace healthmetric::receiver
