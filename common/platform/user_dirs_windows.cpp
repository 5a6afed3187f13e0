#include "common/platform/user_dirs.hpp"

#include "common/platform/environment.hpp"
#include "common/platform/system_calls.hpp"

namespace healthmetric::platform {
namespace {

/// The first variable is for who has one configuration for several systems, as with git and gh.
std::optional<std::filesystem::path> product_folder(const char* everywhere, const char* here) {
  std::filesystem::path base = absolute_path_in(everywhere);
  if (base.empty()) base = absolute_path_in(here);
  if (base.empty()) return {};
  return base / "healthmetric";
}

}  // namespace

std::string home_variable() {
  return "USERPROFILE";
}

std::optional<std::filesystem::path> state_folder() {
  return product_folder("XDG_STATE_HOME", "LOCALAPPDATA");
}

std::optional<std::filesystem::path> configuration_folder() {
  return product_folder("XDG_CONFIG_HOME", "APPDATA");
}

FolderText state_folder_text() {
  return {"%LOCALAPPDATA%\\healthmetric", "LOCALAPPDATA is not set"};
}

FolderText configuration_folder_text() {
  return {"%APPDATA%\\healthmetric", "APPDATA is not set"};
}

std::optional<std::filesystem::path> logs_folder() {
  return {};
}

}  // namespace healthmetric::platform
