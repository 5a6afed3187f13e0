#include "common/platform/access.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace healthmetric::platform {

/// To list or to enter a folder, it must be searchable, too.
std::error_code why_no_access(const std::filesystem::path& path, Access wanted) {
  std::error_code error;
  const int search = std::filesystem::is_directory(path, error) ? X_OK : 0;
  const int mode = (wanted == Access::read ? R_OK : R_OK | W_OK) | search;
  if (::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0) return {};
  return {errno, std::generic_category()};
}

std::optional<std::filesystem::perms> permissions_of(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return {};
  return status.permissions();
}

}  // namespace healthmetric::platform
