#include "sender/commands/config_file.hpp"

#include <toml++/toml.h>

#include <algorithm>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/user_dirs.hpp"
#include "common/program/named_file.hpp"
#include "common/text/spelling.hpp"

namespace healthmetric::sender {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} * 1024 * 1024;
constexpr const char* kProfile = "profile";

/// Such options cannot stand there themselves.
bool says_where_settings_are(const std::string& name) {
  return name == "config" || name == kProfile;
}

struct Entry {
  std::string key;
  const toml::node* value;
};

/// A TOML table forgets the order of its keys, but not where they stand.
std::vector<Entry> in_written_order(const toml::table& table) {
  std::vector<Entry> entries;
  for (const auto& [key, value] : table) entries.push_back({std::string(key.str()), &value});
  const auto place = [](const Entry& entry) {
    const toml::source_position& begin = entry.value->source().begin;
    return std::pair(begin.line, begin.column);
  };
  std::sort(entries.begin(), entries.end(),
            [&](const Entry& a, const Entry& b) { return place(a) < place(b); });
  return entries;
}

/// A value as it would stand on the command line; nothing for what no option can be.
std::optional<std::string> as_word(const toml::node& value) {
  if (auto text = value.value_exact<std::string>()) return text;
  if (const auto flag = value.value_exact<bool>()) return *flag ? "true" : "false";
  if (const auto whole = value.value_exact<std::int64_t>()) return fmt::format("{}", *whole);
  if (const auto number = value.value_exact<double>()) return fmt::format("{}", *number);
  return {};
}

std::optional<std::vector<std::string>> as_words(const toml::node& value) {
  const toml::array* list = value.as_array();
  std::vector<std::string> words;
  if (list == nullptr) {
    const auto word = as_word(value);
    return word ? std::optional(std::vector{*word}) : std::nullopt;
  }
  for (const toml::node& element : *list) {
    auto word = as_word(element);
    if (!word) return {};
    words.push_back(std::move(*word));
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
  ConfigSettings read(const toml::table& document, const std::string& profile) {
    ConfigSettings settings;
    std::string known;
    for (const auto& [name, section] : profiles_of(document)) {
      program::Settings found = settings_of(*section, kProfile + ("." + name) + ".",
                                            " in [profile." + printable(name) + "]");
      if (name == profile) settings.of_profile = std::move(found);
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
  using Profiles = std::vector<std::pair<std::string, const toml::table*>>;

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorCode::usage, file_ + " " + why);
  }

  [[nodiscard]] Profiles profiles_of(const toml::table& document) const {
    const toml::node* node = document.get(kProfile);
    if (node == nullptr) return {};
    const toml::table* sections = node->as_table();
    if (sections == nullptr) fail_at(*node, unknown_key(kProfile));
    Profiles profiles;
    for (const Entry& entry : in_written_order(*sections)) {
      const toml::table* section = entry.value->as_table();
      if (section == nullptr) {
        fail_at(*entry.value, unknown_key(kProfile + ("." + entry.key)) +
                                  "; profiles are sections, [profile.NAME]");
      }
      profiles.emplace_back(entry.key, section);
    }
    return profiles;
  }

  [[nodiscard]] program::Settings settings_of(const toml::table& table, const std::string& prefix,
                                              const std::string& place) const {
    program::Settings settings;
    for (const auto& [key, value] : in_written_order(table)) {
      if (prefix.empty() && key == kProfile) continue;
      if (prefix.empty() && (value->is_table() || value->is_array_of_tables())) {
        fail_at(*value, "unknown section [" + printable(key) +
                            "]; only options and [profile.NAME] sections are allowed");
      }
      check_key(key, prefix, *value);
      const auto words = as_words(*value);
      if (!words) {
        fail_at(*value, in_quotes(prefix + key) +
                            " is neither a text, a number, true or false, nor a list of such");
      }
      if (has_nul(*words)) fail_at(*value, in_quotes(prefix + key) + " has a NUL character");
      // An empty value counts as unset.
      if (words->empty() || *words == std::vector<std::string>{""}) continue;
      settings.push_back({key, *words, fmt::format("{}: {}{}", file_, key, place)});
    }
    return settings;
  }

  void check_key(const std::string& key, const std::string& prefix, const toml::node& value) const {
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

  [[noreturn]] void fail_at(const toml::node& node, const std::string& why) const {
    throw Error(ErrorCode::usage,
                fmt::format("{}, line {}: {}", file_, node.source().begin.line, why));
  }

  const std::vector<std::string>& options_;
  std::string file_;
  bool has_profile_ = false;
};

toml::table parse_toml(const std::filesystem::path& file) {
  const std::string text = program::read_named_file("--config", file, kMaxFileBytes);
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorCode::usage,
                fmt::format("{}, line {}: invalid TOML: {}", in_quotes(file.string()),
                            error.source().begin.line, printable(error.description())));
  }
}

}  // namespace

std::filesystem::path default_config_file() {
  const auto folder = platform::configuration_folder();
  if (!folder) return {};
  return *folder / kConfigFileName;
}

ConfigSettings config_settings(const std::vector<std::string>& options,
                               const std::filesystem::path& file, const std::string& profile) {
  return ConfigReader(options, file).read(parse_toml(file), profile);
}

}  // namespace healthmetric::sender
