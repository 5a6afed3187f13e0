#include "common/platform/environment.hpp"

#include <algorithm>

namespace healthmetric::platform {

std::vector<std::string> environment_names(std::string_view prefix) {
  std::vector<std::string> names;
  for (const std::string& entry : whole_environment()) {
    const std::size_t equals = entry.find('=');
    const bool has_value = equals != std::string::npos && equals + 1 < entry.size();
    if (has_value && entry.starts_with(prefix)) names.push_back(entry.substr(0, equals));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::filesystem::path absolute_path_in(const std::string& variable) {
  std::filesystem::path path = environment_variable(variable);
  return path.is_absolute() ? path : std::filesystem::path();
}

}  // namespace healthmetric::platform
