#include "common/platform/access.hpp"

namespace healthmetric::platform {

namespace fs = std::filesystem;

bool has_permission(const fs::path& path, fs::perms any_of) {
  return (permissions_of(path).value_or(fs::perms::none) & any_of) != fs::perms::none;
}

bool is_readable_by_others(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && has_permission(path, fs::perms::others_read);
}

}  // namespace healthmetric::platform
