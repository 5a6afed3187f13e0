#include "common/platform/user_dirs.hpp"

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/system_calls.hpp"

namespace healthmetric::platform {

std::optional<std::string> home_folder() {
  const std::filesystem::path home = absolute_path_in(home_variable());
  if (home.empty()) return {};
  return home.string();
}

std::filesystem::path expand_home(const std::string& path) {
  constexpr auto kSeparator = static_cast<char>(std::filesystem::path::preferred_separator);
  const bool is_meant =
      path == "~" || path.starts_with("~/") || path.starts_with(std::string("~") + kSeparator);
  if (!is_meant) return path;
  const auto home = home_folder();
  if (!home) {
    throw Error(ErrorCode::usage, in_quotes(path) + " needs " + home_variable() +
                                      ", which is not set: write the path in full");
  }
  return *home + path.substr(1);
}

}  // namespace healthmetric::platform
