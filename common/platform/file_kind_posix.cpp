#include "common/platform/file_kind.hpp"

namespace healthmetric::platform {

namespace fs = std::filesystem;

fs::file_type entry_type(const fs::path& path, std::error_code& error) {
  return fs::symlink_status(path, error).type();
}

fs::file_type target_type(const fs::path& path, std::error_code& error) {
  return fs::status(path, error).type();
}

bool names_a_stream(const fs::path& /*path*/) {
  return false;
}

}  // namespace healthmetric::platform
