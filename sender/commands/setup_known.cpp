#include "sender/commands/setup_known.hpp"

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/platform/user_dirs.hpp"
#include "sender/forge/repository.hpp"

namespace healthmetric::sender {
namespace {

namespace fs = std::filesystem;

/// Of the section, else of what is in none.
std::string value_of(const std::string& option, const program::Settings& section,
                     const program::Settings& general) {
  for (const program::Settings* place : {&section, &general}) {
    for (const program::Setting& setting : *place) {
      if (setting.option == option && !setting.values.empty()) return setting.values.front();
    }
  }
  return {};
}

bool is_same_repository(const std::string& named, const std::string& repository,
                        const http::Url& api) {
  try {
    return ascii_lower(forge::parse_named_repository(named, "repo", api).str()) ==
           ascii_lower(repository);
  } catch (const Error&) {
    return false;
  }
}

bool is_same_api(std::string named, const WantedTarget& wanted) {
  while (named.ends_with('/')) named.pop_back();
  return named.empty() ? wanted.is_default_api : named == wanted.api_url;
}

/// A pipe, or what cannot be asked for, is not to be written.
fs::path token_file_of(const std::string& named) {
  if (named.empty()) return {};
  try {
    fs::path file = fs::absolute(platform::expand_home(named));
    std::error_code error;
    const fs::file_status status = fs::symlink_status(file, error);
    return fs::is_regular_file(status) || !fs::exists(status) ? file : fs::path();
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

std::optional<KnownTarget> find_known(const ConfigSettings& settings, const WantedTarget& wanted,
                                      const http::Url& api) {
  const auto look = [&](const std::string& name,
                        const program::Settings& section) -> std::optional<KnownTarget> {
    const auto value = [&](const char* option) {
      return value_of(option, section, settings.general);
    };
    if (!is_same_repository(value("repo"), wanted.repository, api)) return {};
    if (!is_same_api(value("api-url"), wanted)) return {};
    const fs::path token = token_file_of(value("token-file"));
    if (token.empty()) return {};
    return KnownTarget{name, token};
  };
  if (wanted.profile.empty()) {
    if (auto found = look("", settings.general)) return found;
  }
  for (const auto& [name, section] : settings.profiles) {
    if (!wanted.profile.empty() && name != wanted.profile) continue;
    if (auto found = look(name, section)) return found;
  }
  return {};
}

}  // namespace healthmetric::sender
