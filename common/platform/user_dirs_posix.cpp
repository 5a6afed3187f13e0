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

/// systemd puts a colon between several.
std::optional<std::filesystem::path> unit_folder(const char* variable) {
  const std::string folders = environment_variable(variable);
  std::filesystem::path first = folders.substr(0, folders.find(':'));
  if (!first.is_absolute()) return {};
  return first;
}

}  // namespace

std::optional<std::string> home_folder() {
  std::string home = environment_variable("HOME");
  if (!home.starts_with('/')) return {};
  return home;
}

std::optional<std::filesystem::path> state_folder() {
  if (auto folder = unit_folder("STATE_DIRECTORY")) return folder;
  const std::filesystem::path state_home = environment_variable("XDG_STATE_HOME");
  if (state_home.is_absolute()) return state_home / kProduct;
  const auto home = home_folder();
  if (!home) return {};
  return std::filesystem::path(*home) / ".local" / "state" / kProduct;
}

std::optional<std::filesystem::path> configuration_folder() {
  if (const auto folder = folder_in("XDG_CONFIG_HOME")) return *folder / kProduct;
  if (const auto home = folder_in("HOME")) return *home / ".config" / kProduct;
  return {};
}

FolderText state_folder_text() {
  return {"$XDG_STATE_HOME/healthmetric", "neither XDG_STATE_HOME nor HOME is set"};
}

FolderText configuration_folder_text() {
  return {"$XDG_CONFIG_HOME/healthmetric", "neither XDG_CONFIG_HOME nor HOME is set"};
}

std::optional<std::filesystem::path> logs_folder() {
  return unit_folder("LOGS_DIRECTORY");
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
