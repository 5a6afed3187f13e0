#include "common/platform/user_dirs.hpp"

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/environment.hpp"

namespace healthmetric::platform {
namespace {

constexpr const char* kProduct = "healthmetric";

std::optional<std::filesystem::path> folder_in(const char* variable) {
  std::filesystem::path folder = environment_variable(variable);
  if (!folder.is_absolute()) return {};
  return folder;
}

/// The first variable is for who has one configuration for several systems, as with git and gh.
std::optional<std::filesystem::path> product_folder(const char* everywhere, const char* here) {
  auto folder = folder_in(everywhere);
  if (!folder) folder = folder_in(here);
  if (!folder) return {};
  return *folder / kProduct;
}

}  // namespace

std::optional<std::string> home_folder() {
  const auto home = folder_in("USERPROFILE");
  if (!home) return {};
  return home->string();
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

std::filesystem::path expand_home(const std::string& path) {
  if (path != "~" && !path.starts_with("~/") && !path.starts_with("~\\")) return path;
  const auto home = home_folder();
  if (!home) {
    throw Error(ErrorCode::usage,
                in_quotes(path) + " needs USERPROFILE, which is not set: write the path in full");
  }
  return *home + path.substr(1);
}

}  // namespace healthmetric::platform
