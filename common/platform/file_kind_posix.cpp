#include "common/platform/file_kind.hpp"

namespace healthmetric::platform {

namespace fs = std::filesystem;

fs::file_type entry_type(const fs::path& path, std::error_code& error) {
  return fs::symlink_status(path, error).type();
}

/// As the folder's listing tells it, where it does.
fs::file_type entry_type(const fs::directory_entry& entry, std::error_code& error) {
  if (entry.is_symlink(error)) return fs::file_type::symlink;
  if (entry.is_regular_file(error)) return fs::file_type::regular;
  if (entry.is_directory(error)) return fs::file_type::directory;
  return entry.symlink_status(error).type();
}

bool is_marked_hidden(const fs::path& /*path*/) {
  return false;
}

bool is_readable_by_others(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return fs::is_regular_file(status) &&
         (status.permissions() & fs::perms::others_read) != fs::perms::none;
}

}  // namespace healthmetric::platform
