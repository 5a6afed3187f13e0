#include "sender/commands/configuration.hpp"

#include <algorithm>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/user_dirs.hpp"
#include "common/program/pattern_options.hpp"
#include "sender/commands/config_file.hpp"

namespace healthmetric::sender {
namespace {

/// Whether the first pattern among the options that a place has is an --include.
bool begins_with_include(const std::vector<std::string>& options) {
  const auto first = std::find_if(options.begin(), options.end(), [](const std::string& option) {
    return option == program::kInclude || option == program::kExclude;
  });
  return first != options.end() && *first == program::kInclude;
}

bool begins_with_include(const program::Settings& place) {
  std::vector<std::string> options;
  for (const program::Setting& setting : place) options.push_back(setting.option);
  return begins_with_include(options);
}

/// The file named, which must be there, or the default one if it is.
ConfigSettings settings_of_file(const program::CommandLine& line, const std::string& config,
                                const std::string& profile) {
  if (!config.empty()) return config_settings(line.setting_names(), config, profile);
  const std::filesystem::path file = default_config_file();
  std::error_code error;
  const bool is_there =
      !file.empty() && std::filesystem::exists(std::filesystem::symlink_status(file, error));
  if (is_there) return config_settings(line.setting_names(), file, profile);
  if (profile.empty()) return {};
  throw Error(ErrorCode::usage,
              file.empty() ? fmt::format("--profile: cannot tell where the configuration file "
                                         "is: {}; use --config",
                                         platform::configuration_folder_text().why_unknown)
                           : "--profile: there is no configuration file " +
                                 in_quotes(file.string()) + "; name one with --config");
}

/// Where it is, as a variable that the user may know.
std::string shown_default_file() {
  const std::filesystem::path folder = platform::configuration_folder_text().shown;
  return (folder / kConfigFileName).string();
}

}  // namespace

ConfigurationOptions::ConfigurationOptions() : OptionGroup("Configuration") {
  add({.name = "config",
       .value = "FILE",
       .help = "Read options from FILE (default: " + shown_default_file() + ")",
       .goes_to = &config_});
  add({.name = "profile",
       .value = "NAME",
       .help = "Use the section [profile.NAME] of that file, too",
       .goes_to = &profile_});
}

std::filesystem::path ConfigurationOptions::file() const {
  return config_.empty() ? default_config_file() : std::filesystem::path(config_);
}

void ConfigurationOptions::read_settings(program::CommandLine& line) const {
  bool only_included = begins_with_include(line.given_in_order());
  std::vector<program::Settings> places = {line.environment()};
  line.apply(places);  // says which file
  ConfigSettings of_file = settings_of_file(line, config_, profile_);
  places.push_back(std::move(of_file.of_profile));
  places.push_back(std::move(of_file.general));
  for (const program::Settings& place : places)
    only_included = only_included || begins_with_include(place);
  // Who begins with --include means nothing else, whatever less specific places put in front.
  if (only_included) places.push_back({{program::kExclude, {"*"}, "--include"}});
  line.apply(places);
}

program::MergeRules merge_rules() {
  program::MergeRules rules;
  rules.joined = {program::kInclude, program::kExclude};
  // A source takes the place of a less specific one, with all that belongs to that.
  rules.displaced_by.emplace("files-from", "folder");
  rules.displaced_by.emplace("file", program::kPaths);
  for (const char* source :
       {"folder", "file", "data", "files-from", "stdin-name", program::kPaths}) {
    rules.displaced_by.emplace("null", source);
  }
  return rules;
}

}  // namespace healthmetric::sender
