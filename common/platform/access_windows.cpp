#include "common/platform/access.hpp"

#include "common/platform/windows.hpp"

namespace healthmetric::platform {

/// Asks the system by opening it for that; nothing is written.
std::error_code why_no_access(const std::filesystem::path& path, Access wanted) {
  const DWORD access = wanted == Access::read ? GENERIC_READ : GENERIC_READ | GENERIC_WRITE;
  const Handle opened = open_shared(path, access, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
  return opened ? std::error_code() : last_error();
}

std::optional<std::filesystem::perms> permissions_of(const std::filesystem::path& /*path*/) {
  return {};
}

}  // namespace healthmetric::platform
