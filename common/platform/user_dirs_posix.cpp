#include "common/platform/user_dirs.hpp"

#include "common/platform/environment.hpp"
#include "common/platform/system_calls.hpp"

namespace healthmetric::platform {

namespace {

constexpr const char* kProduct = "healthmetric";

/// systemd puts a colon between several.
std::optional<std::filesystem::path> unit_folder(const char* variable) {
  const std::string folders = environment_variable(variable);
  std::filesystem::path first = folders.substr(0, folders.find(':'));
  if (!first.is_absolute()) return {};
  return first;
}

/// As the XDG Base Directory Specification has it: what the variable names, else a folder at home.
std::optional<std::filesystem::path> product_folder(const char* variable, const char* at_home) {
  std::filesystem::path base = absolute_path_in(variable);
  if (base.empty()) {
    const auto home = home_folder();
    if (!home) return {};
    base = std::filesystem::path(*home) / at_home;
  }
  return base / kProduct;
}

}  // namespace

std::string home_variable() {
  return "HOME";
}

std::optional<std::filesystem::path> state_folder() {
  if (auto folder = unit_folder("STATE_DIRECTORY")) return folder;
  return product_folder("XDG_STATE_HOME", ".local/state");
}

std::optional<std::filesystem::path> configuration_folder() {
  return product_folder("XDG_CONFIG_HOME", ".config");
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

}  // namespace healthmetric::platform
