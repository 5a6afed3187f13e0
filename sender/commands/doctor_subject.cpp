#include "sender/commands/doctor_subject.hpp"

#include "common/base/error.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/user_dirs.hpp"
#include "sender/commands/config_file.hpp"

namespace healthmetric::sender {
namespace {

using Sources = std::vector<check::Source>;

std::optional<check::Source::Kind> kind_of(const std::string& option) {
  if (option == "folder") return check::Source::Kind::folder;
  if (option == "file") return check::Source::Kind::file;
  if (option == "files-from") return check::Source::Kind::list;
  return {};
}

/// As the option would take it.
std::filesystem::path path_of(const std::string& value) {
  try {
    return platform::expand_home(value);
  } catch (const Error&) {
    return value;
  }
}

Sources sources_in(const program::Settings& place) {
  Sources sources;
  for (const program::Setting& setting : place) {
    const auto kind = kind_of(setting.option);
    if (!kind) continue;
    for (const std::string& value : setting.values) {
      if (value != "-") sources.push_back({*kind, path_of(value), setting.origin});
    }
  }
  return sources;
}

Sources sources_of_file(const ConfigurationOptions& configuration,
                        const program::CommandLine& line) {
  const std::filesystem::path file = configuration.file();
  std::error_code error;
  if (file.empty() || !std::filesystem::exists(file, error)) return {};
  if (!std::filesystem::is_regular_file(file, error)) return {};  // a pipe gives its text once
  const ConfigSettings settings =
      config_settings(line.setting_names(), file, configuration.profile());
  Sources sources = sources_in(settings.of_profile);
  if (!sources.empty()) return sources;
  sources = sources_in(settings.general);
  if (!configuration.profile().empty()) return sources;
  for (const auto& [name, of_profile] : settings.profiles) {
    const Sources more = sources_in(of_profile);
    sources.insert(sources.end(), more.begin(), more.end());
  }
  return sources;
}

bool has_password_in_file(const Options& options, const program::CommandLine& line) {
  return options.network.proxy && !options.network.proxy->password.empty() &&
         !line.is_on_command_line("proxy") &&
         platform::environment_variable("HEALTHMETRIC_PROXY").empty();
}

}  // namespace

check::Subject subject_of(const Options& options) {
  check::Subject subject;
  subject.state_dir = options.state_dir;
  subject.outbox_limit_bytes = options.outbox_limit_bytes;
  subject.part_limit_bytes = options.part_limit_bytes;
  subject.repository = options.repository;
  subject.target = options.target_in("");
  subject.api_url_place = options.api_url_place;
  subject.token_file = options.token_file;
  subject.network = options.network;
  return subject;
}

check::Subject doctor_subject(const Options& options, const ConfigurationOptions& configuration,
                              const program::CommandLine& line, const std::string& fault) {
  check::Subject subject = subject_of(options);
  subject.configuration = {configuration.file(), configuration.profile(), fault,
                           has_password_in_file(options, line)};
  if (fault.empty()) {
    subject.sources = sources_in(line.environment());
    if (subject.sources.empty()) subject.sources = sources_of_file(configuration, line);
  }
  return subject;
}

}  // namespace healthmetric::sender
