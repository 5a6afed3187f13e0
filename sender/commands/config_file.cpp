#include "sender/commands/config_file.hpp"

#include <algorithm>
#include <optional>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/user_dirs.hpp"
#include "common/program/named_file.hpp"
#include "common/program/toml_file.hpp"
#include "common/text/spelling.hpp"

namespace healthmetric::sender {
namespace {

using program::TomlValue;

constexpr const char* kProfile = "profile";

/// Such options cannot stand there themselves.
bool says_where_settings_are(const std::string& name) {
  return name == "config" || name == kProfile;
}

std::optional<std::vector<std::string>> as_words(const TomlValue& value) {
  if (value.is_word()) return std::vector{value.word};
  if (value.kind != TomlValue::Kind::list) return {};
  std::vector<std::string> words;
  for (const TomlValue& element : value.elements) {
    if (!element.is_word()) return {};
    words.push_back(element.word);
  }
  return words;
}

/// The rest of such a word would be lost wherever the system is asked.
bool has_nul(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return word.find('\0') != std::string::npos; });
}

class ConfigReader {
 public:
  ConfigReader(const std::vector<std::string>& options, const std::filesystem::path& file)
      : options_(options), file_(in_quotes(file.string())) {}

  /// Checks the whole file, the profiles that are not chosen too.
  ConfigSettings read(const TomlValue& document, const std::string& profile) {
    ConfigSettings settings;
    std::string known;
    for (const auto& [name, section] : profiles_of(document)) {
      program::Settings found = settings_of(*section, kProfile + ("." + name) + ".",
                                            " in [profile." + printable(name) + "]");
      if (name == profile) settings.of_profile = found;
      settings.profiles.emplace_back(name, std::move(found));
      has_profile_ = has_profile_ || name == profile;
      known += (known.empty() ? "" : ", ") + printable(name);
    }
    if (!profile.empty() && !has_profile_) {
      fail("has no [profile." + printable(profile) +
           "]; its profiles: " + (known.empty() ? "none" : known));
    }
    settings.general = settings_of(document, "", "");
    return settings;
  }

 private:
  using Profiles = std::vector<std::pair<std::string, const TomlValue*>>;

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorCode::usage, file_ + " " + why);
  }

  [[nodiscard]] Profiles profiles_of(const TomlValue& document) const {
    const TomlValue* sections = document.find(kProfile);
    if (sections == nullptr) return {};
    if (sections->kind != TomlValue::Kind::table) fail_at(*sections, unknown_key(kProfile));
    Profiles profiles;
    for (const TomlValue& section : sections->elements) {
      const std::string& name = section.name;
      if (section.kind != TomlValue::Kind::table) {
        fail_at(section,
                unknown_key(kProfile + ("." + name)) + "; profiles are sections, [profile.NAME]");
      }
      profiles.emplace_back(name, &section);
    }
    return profiles;
  }

  [[nodiscard]] program::Settings settings_of(const TomlValue& table, const std::string& prefix,
                                              const std::string& place) const {
    program::Settings settings;
    for (const TomlValue& value : table.elements) {
      const std::string& key = value.name;
      if (prefix.empty() && key == kProfile) continue;
      if (prefix.empty() && value.is_section()) {
        fail_at(value, "unknown section [" + printable(key) +
                           "]; only options and [profile.NAME] sections are allowed");
      }
      check_key(key, prefix, value);
      const auto words = as_words(value);
      if (!words) {
        fail_at(value, in_quotes(prefix + key) +
                           " is neither a text, a number, true or false, nor a list of such");
      }
      if (has_nul(*words)) fail_at(value, in_quotes(prefix + key) + " has a NUL character");
      // An empty value counts as unset.
      if (words->empty() || *words == std::vector<std::string>{""}) continue;
      settings.push_back({key, *words, fmt::format("{}: {}{}", file_, key, place)});
    }
    return settings;
  }

  void check_key(const std::string& key, const std::string& prefix, const TomlValue& value) const {
    const bool known = std::find(options_.begin(), options_.end(), key) != options_.end();
    if (says_where_settings_are(key)) {
      fail_at(value, in_quotes(prefix + key) +
                         " cannot be set in a configuration file: give it on the command line or "
                         "in the environment");
    }
    if (!known) {
      const std::string near = text::did_you_mean(key, options_);
      fail_at(value,
              unknown_key(prefix + key) +
                  (near.empty() ? "; keys are the options' names without dashes in front" : near));
    }
  }

  static std::string unknown_key(const std::string& key) { return "unknown key " + in_quotes(key); }

  [[noreturn]] void fail_at(const TomlValue& value, const std::string& why) const {
    throw Error(ErrorCode::usage, fmt::format("{}, line {}: {}", file_, value.line, why));
  }

  const std::vector<std::string>& options_;
  std::string file_;
  bool has_profile_ = false;
};

}  // namespace

std::filesystem::path default_config_file() {
  const auto folder = platform::configuration_folder();
  if (!folder) return {};
  return *folder / kConfigFileName;
}

ConfigSettings config_settings(const std::vector<std::string>& options,
                               const std::filesystem::path& file, const std::string& profile) {
  const std::string text = program::read_named_file("--config", file, program::kMaxTomlBytes);
  return ConfigReader(options, file).read(program::parse_toml(text, file.string()), profile);
}

}  // namespace healthmetric::sender
