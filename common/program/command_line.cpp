#include "common/program/command_line.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/version.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/file.hpp"
#include "common/program/command_words.hpp"
#include "common/program/help_format.hpp"
#include "common/program/option_values.hpp"
#include "common/program/usage_text.hpp"
#include "common/text/spelling.hpp"

namespace healthmetric::program {
namespace {

std::string environment_name(const std::string& option) {
  std::string name = "HEALTHMETRIC_";
  for (const char c : option) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

}  // namespace

void set_up_command_line(CLI::App& app, const std::string& program) {
  app.name(program);
  app.formatter(std::make_shared<HelpFormat>());
  app.set_help_flag("-h,--help", "Print this help and stop")->group(kGeneralGroup);
  app.set_version_flag("--version", program + " " + kVersion, "Print the version and stop")
      ->group(kGeneralGroup);
}

std::string list_of(OptionNames names) {
  std::string text;
  for (const std::string_view& name : names) {
    if (!text.empty()) text += &name == &names.back() ? " and " : ", ";
    text += "--" + std::string(name);
  }
  return text;
}

void refuse_other_options(const CLI::App& app, const std::string& command, OptionNames takes) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() == 0) continue;
    if (!option->nonpositional()) {
      throw Error(ErrorCode::usage,
                  fmt::format("{} ({} {} --help)",
                              about_word_behind(named_command(app), option->results().front()),
                              app.get_name(), command));
    }
    const std::string& name = option->get_single_name();
    if (std::find(takes.begin(), takes.end(), name) == takes.end()) {
      throw Error(ErrorCode::usage, fmt::format("{0} does not take --{1} ({2} {0} --help)", command,
                                                name, app.get_name()));
    }
  }
}

std::string value_name(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.substr(0, type.find(':'));
}

void expand_home_in_paths(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const std::string type = value_name(*option);
    const bool is_path = type == "DIR" || type == "FILE" || type == kPaths;
    if (is_path) option->transform(home_expansion());
  }
}

bool is_setting(const CLI::Option& option) {
  const std::string& name = option.get_single_name();
  return name != "help" && name != "version" && option.nonpositional() &&
         option.get_group() != kRefusedGroup;
}

namespace {

/// CLI11 takes words from the back.
void parse_words(CLI::App& app, std::vector<std::string> words) {
  words = checked_words(app, std::move(words));
  std::reverse(words.begin(), words.end());
  app.parse(std::move(words));
}

std::size_t count_of(const CLI::App& app, const std::string& name) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_single_name() == name) return option->count();
  }
  return 0;
}

/// The options that take no setting from a place less specific than what was read so far.
std::set<std::string> decided_options(const CLI::App& app, const MergeRules& rules) {
  const auto is_given = [](const CLI::Option* option) { return option->count() > 0; };
  std::set<std::string> decided;
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_single_name();
    const auto excluded = option->get_excludes();
    const auto [first, last] = rules.displaced_by.equal_range(name);
    if ((is_given(option) && !rules.joined.contains(name)) ||
        std::any_of(excluded.begin(), excluded.end(), is_given) ||
        std::any_of(first, last,
                    [&](const auto& displaced) { return count_of(app, displaced.second) > 0; })) {
      decided.insert(name);
    }
  }
  return decided;
}

/// Puts what a setting says in front of the words, as a word of the less specific place it is from.
std::vector<std::string> in_front(const Setting& setting, const std::vector<std::string>& words) {
  std::vector<std::string> result;
  for (const std::string& value : setting.values) {
    result.push_back("--" + setting.option + "=" + value);
  }
  result.insert(result.end(), words.begin(), words.end());
  return result;
}

}  // namespace

Parsed parse_command_line(CLI::App& app, int argc, const char* const* argv) {
  try {
    parse_words(app, {argv + 1, argv + argc});
    return Parsed::run;
  } catch (const CLI::Success& success) {
    std::ostringstream text;
    app.exit(success, text, text);
    platform::print(std::move(text).str());
    return Parsed::help_shown;
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorCode::usage,
                usage_text(app, error) + " (" + app.get_name() + " --help lists the options)");
  }
}

namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Words without the prefix, which all have and which would make all of them near.
std::string nearest_variable(std::string word, const std::vector<std::string>& options) {
  std::replace(word.begin(), word.end(), '_', '-');
  const std::string near = text::nearest_word(word, options);
  return near.empty() ? "" : environment_name(near);
}

}  // namespace

Settings environment_settings(const CLI::App& app, const MergeRules& rules) {
  Settings settings;
  for (const CLI::Option* option : app.get_options()) {
    if (!is_setting(*option)) continue;
    const std::string name = option->get_single_name();
    const std::string variable = environment_name(name);
    const std::string value = platform::environment_variable(variable);
    if (value.empty()) continue;
    const bool is_list = rules.joined.contains(name);
    std::vector<std::string> values = is_list ? lines_of(value) : std::vector<std::string>{value};
    if (!values.empty()) settings.push_back({name, std::move(values), variable});
  }
  return settings;
}

std::vector<std::string> unknown_variables(const CLI::App& app, Told told, OptionNames known) {
  constexpr std::string_view kPrefix = "HEALTHMETRIC_";
  std::vector<std::string> variables;
  for (const std::string& name : setting_names(app)) variables.push_back(environment_name(name));
  std::vector<std::string> messages;
  for (const std::string& name : platform::environment_names(kPrefix)) {
    const auto is_named = [&](std::string_view option) {
      return environment_name(std::string(option)) == name;
    };
    if (std::find(variables.begin(), variables.end(), name) != variables.end() ||
        std::any_of(known.begin(), known.end(), is_named)) {
      continue;
    }
    const std::string near = nearest_variable(name.substr(kPrefix.size()), setting_names(app));
    if (near.empty() && told == Told::what_is_near) continue;
    messages.push_back(printable(name) + " is not a variable of any option" +
                       (near.empty() ? "" : ": did you mean " + near + "?"));
  }
  std::sort(messages.begin(), messages.end());
  return messages;
}

void apply_settings(CLI::App& app, int argc, const char* const* argv,
                    const std::vector<Settings>& places, const MergeRules& rules) {
  std::vector<std::string> words(argv + 1, argv + argc);
  for (const Settings& place : places) {
    const std::set<std::string> decided = decided_options(app, rules);
    const Settings last_first(place.rbegin(), place.rend());
    for (const Setting& setting : last_first) {
      if (decided.contains(setting.option)) continue;
      std::vector<std::string> with_setting = in_front(setting, words);
      try {
        parse_words(app, with_setting);
      } catch (const CLI::ParseError& error) {
        throw Error(ErrorCode::usage, setting.origin + ": " + usage_text(app, error));
      }
      words = std::move(with_setting);
    }
  }
}

void add_log_options(CLI::App& app, bool& verbose, bool& quiet, std::filesystem::path& file) {
  app.add_flag("-v,--verbose", verbose, "Say each step on stderr")->group(kGeneralGroup);
  app.add_flag("-q,--quiet", quiet, "Print nothing but errors, and what is asked for")
      ->group(kGeneralGroup);
  app.add_option("--log-file", file, "Append every message, with its time, to FILE")
      ->type_name("FILE")
      ->group(kGeneralGroup);
}

log::Verbosity verbosity(bool verbose, bool quiet) {
  if (quiet && verbose) throw Error(ErrorCode::usage, "--verbose cannot be used with --quiet");
  if (quiet) return log::Verbosity::quiet;
  return verbose ? log::Verbosity::verbose : log::Verbosity::normal;
}

}  // namespace healthmetric::program
