#include "common/platform/user_dirs.hpp"

#include <cstdlib>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::platform {

std::optional<std::string> home_folder() {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home != '/') return {};
  return home;
}

std::filesystem::path expand_home(const std::string& path) {
  if (path != "~" && !path.starts_with("~/")) return path;
  const auto home = home_folder();
  if (!home) {
    throw Error(ErrorCode::usage,
                in_quotes(path) + " needs HOME, which is not set: write the path in full");
  }
  return *home + path.substr(1);
}

}  // namespace healthmetric::platform
