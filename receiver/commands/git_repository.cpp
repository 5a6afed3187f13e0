#include "receiver/commands/git_repository.hpp"

namespace healthmetric::receiver {

bool is_in_git_repository(const std::filesystem::path& folder) {
  constexpr const char* kGitDirectory = ".git";
  std::error_code failure;
  std::filesystem::path above = std::filesystem::canonical(folder, failure);
  for (; above.has_relative_path(); above = above.parent_path()) {
    if (above.filename() == kGitDirectory) return true;
    if (std::filesystem::exists(above / kGitDirectory, failure)) return true;
  }
  return false;
}

}  // namespace healthmetric::receiver
