#include "common/command_line.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <iostream>

#include "common/ascii.hpp"
#include "common/error.hpp"
#include "common/file_io.hpp"
#include "common/format.hpp"
#include "common/printable.hpp"
#include "common/version.hpp"

namespace healthmetric {
namespace {

std::string environment_name(const std::string& option) {
  std::string name = "HEALTHMETRIC_";
  for (const char c : option) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

/// 2^10, 2^20, ... for "K", "KB", "KiB", "M", ...; 1 for nothing or "B"; 0 for anything else.
double unit_factor(std::string unit) {
  unit = ascii_lower(unit);
  if (unit.empty() || unit == "b") return 1;
  const std::size_t power = std::string_view("kmgt").find(unit.front());
  const std::string rest = unit.substr(1);
  if (power == std::string_view::npos || (!rest.empty() && rest != "b" && rest != "ib")) return 0;
  return std::pow(1024.0, static_cast<double>(power + 1));
}

/// Of "s" or nothing, "m", "h", "d"; 0 for anything else.
std::int64_t seconds_in(const std::string& unit) {
  if (unit.empty() || unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  return unit == "d" ? 86'400 : 0;
}

/// Help without the checks of values and the list of what each option excludes: the parser says so
/// when it matters.
class HelpFormatter : public CLI::Formatter {
 public:
  [[nodiscard]] std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_items_expected_max() == 0) return "";
    const std::string type = value_name(*option);
    if (type.empty()) return "";
    return option->get_items_expected_min() == 0 ? "[=" + type + "]" : " " + type;
  }
};

}  // namespace

void set_up_command_line(CLI::App& app, const std::string& program) {
  app.name(program);
  app.formatter(std::make_shared<HelpFormatter>());
  app.get_formatter()->column_width(34);
  app.set_version_flag("--version", program + " " + kVersion, "Print the version and stop");
  app.set_help_flag("-h,--help", "Print this help and stop");
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
    const std::string& name = option->get_single_name();
    if (option->count() > 0 && std::find(takes.begin(), takes.end(), name) == takes.end()) {
      throw Error(ErrorCode::usage, fmt::format("{0} does not take --{1} ({2} {0} --help)", command,
                                                name, app.get_name()));
    }
  }
}

std::string value_name(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.substr(0, type.find(':'));
}

bool is_setting(const CLI::Option& option) {
  const std::string& name = option.get_single_name();
  return name != "help" && name != "version";
}

namespace {

/// The command that was named last: the program itself when none was.
const CLI::App& named_command(const CLI::App& app) {
  const std::vector<const CLI::App*> named =
      app.get_subcommands([](const CLI::App* command) { return command->parsed(); });
  return named.empty() ? app : named_command(*named.front());
}

/// "list, retry, drop"; "" where there is none.
std::string commands_of(const CLI::App& app) {
  std::string names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!names.empty()) names += ", ";
    names += command->get_name();
  }
  return names;
}

/// A word that no option takes, as the user wrote it.
std::string about_unexpected(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining(true);
  const auto option = std::find_if(words.begin(), words.end(),
                                   [](const auto& word) { return word.starts_with('-'); });
  if (option != words.end()) return "there is no option " + in_quotes(*option);
  const CLI::App& command = named_command(app);
  const std::string commands = commands_of(command);
  if (&command == &app || commands.empty())
    return in_quotes(words.front()) + " belongs to no option";
  return command.get_name() + " has no command " + in_quotes(words.front()) + " but " + commands;
}

/// CLI11's words where they are good.
std::string one_line(const CLI::App& app, const CLI::ParseError& error) {
  std::string message = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) return about_unexpected(app);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const bool too_many = message.find("received") != std::string::npos;
    return message.substr(0, message.find(':')) +
           (too_many ? ": it may be given once" : ": its value is missing");
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    return named_command(app).get_name() + ": " + message;
  }
  std::replace(message.begin(), message.end(), '\n', ' ');
  return printable(message);
}

/// The option that a word names, as `--name` or `--name=value`.
const CLI::Option* option_of(const CLI::App& app, const std::string& word) {
  if (!word.starts_with("--") || word.size() == 2) return nullptr;
  return app.get_option_no_throw(word.substr(0, word.find('=')));
}

/// What a script makes of a variable that is not set, `--output "$UNSET"` or `--output $UNSET`,
/// must not be taken for an option left away, nor may the option take the next one, `--dry-run`,
/// for its value, as CLI11 lets it, even behind `--output=`.
void check_values(const CLI::App& app, const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const CLI::Option* option = option_of(app, words[i]);
    if (option == nullptr || option->get_items_expected_max() == 0) continue;
    const std::size_t equals = words[i].find('=');
    const bool is_joined = equals != std::string::npos;
    const bool is_separate = option->get_items_expected_min() > 0 && i + 1 < words.size();
    if (!is_joined && !is_separate) continue;
    const std::string name = "--" + option->get_single_name();
    const std::string value = is_joined ? words[i].substr(equals + 1) : words[++i];
    if (value.empty()) {
      throw CLI::ValidationError(name, "its value is empty; leave the option out, or name one");
    }
    if (!is_joined && option_of(app, value) != nullptr) {
      throw CLI::ValidationError(
          name, fmt::format("its value is missing; write {}={} if that is meant", name, value));
    }
  }
}

/// CLI11 takes words from the back.
void parse_words(CLI::App& app, std::vector<std::string> words) {
  check_values(app, words);
  std::reverse(words.begin(), words.end());
  app.parse(std::move(words));
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
        std::any_of(first, last, [&](const auto& displaced) {
          return is_given(app.get_option("--" + displaced.second));
        })) {
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
    app.exit(success, std::cout, std::cerr);
    flush_standard_output();
    return Parsed::help_shown;
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorCode::usage,
                one_line(app, error) + " (" + app.get_name() + " --help lists the options)");
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

}  // namespace

Settings environment_settings(const CLI::App& app, const MergeRules& rules) {
  Settings settings;
  for (const CLI::Option* option : app.get_options()) {
    if (!is_setting(*option)) continue;
    const std::string name = option->get_single_name();
    const std::string variable = environment_name(name);
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr || *value == '\0') continue;
    const bool is_list = rules.joined.contains(name);
    std::vector<std::string> values = is_list ? lines_of(value) : std::vector<std::string>{value};
    if (!values.empty()) settings.push_back({name, std::move(values), variable});
  }
  return settings;
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
        throw Error(ErrorCode::usage, setting.origin + ": " + one_line(app, error));
      }
      words = std::move(with_setting);
    }
  }
}

void add_log_options(CLI::App& app, bool& verbose, bool& quiet, std::filesystem::path& file) {
  app.add_flag("-v,--verbose", verbose, "Say each step on stderr");
  app.add_flag("-q,--quiet", quiet, "Print nothing but errors, and what is asked for");
  app.add_option("--log-file", file, "Append every message, with its time, to FILE")
      ->type_name("FILE");
}

log::Verbosity verbosity(bool verbose, bool quiet) {
  if (quiet && verbose) throw Error(ErrorCode::usage, "--verbose excludes --quiet");
  if (quiet) return log::Verbosity::quiet;
  return verbose ? log::Verbosity::verbose : log::Verbosity::normal;
}

namespace {

/// A validator that refuses what `parse` throws at.
CLI::Validator check_that(const std::function<void(const std::string&)>& parse) {
  return {[parse](std::string& text) -> std::string {
            try {
              parse(text);
              return "";
            } catch (const Error& error) {
              return error.what();
            }
          },
          ""};
}

}  // namespace

std::uint64_t parse_size(const std::string& text) {
  constexpr double kLargest = 1ULL << 50U;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const bool is_number = digits > 0 && text.find('.') == text.substr(0, digits).rfind('.');
  const double number = is_number ? std::strtod(text.substr(0, digits).c_str(), nullptr) : 0;
  const double bytes = number * unit_factor(text.substr(digits));
  if (!(bytes >= 1 && bytes <= kLargest)) {
    throw Error(ErrorCode::usage,
                in_quotes(text) + " is no size; write for example 4096, 64K, 20M or 1G");
  }
  return static_cast<std::uint64_t>(bytes);
}

std::chrono::seconds parse_duration(const std::string& text) {
  constexpr std::chrono::seconds kLongest = std::chrono::days(7);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + digits, number);
  const std::int64_t factor = seconds_in(text.substr(digits));
  if (digits == 0 || read.ec != std::errc() || factor == 0 || number > kLongest.count() / factor) {
    throw Error(ErrorCode::usage,
                in_quotes(text) +
                    " is no duration up to seven days; write for example 90, 90s, "
                    "10m or 2h");
  }
  return std::chrono::seconds(number * factor);
}

CLI::Validator size_check() {
  return check_that([](const std::string& text) { parse_size(text); });
}

CLI::Validator duration_check() {
  return check_that([](const std::string& text) { parse_duration(text); });
}

void LimitOptions::add_to(CLI::App& app) {
  app.add_option("--max-file-size", max_file_size_, "Largest file (default 100M)")
      ->type_name("SIZE")
      ->check(size_check());
  app.add_option("--max-batch-size", max_batch_size_,
                 "Largest batch, all files together (default 1G)")
      ->type_name("SIZE")
      ->check(size_check());
  app.add_option("--max-files", max_files_, "Most files in a batch (default 100000)")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000'000}));
}

Limits LimitOptions::limits() const {
  Limits limits;
  if (!max_file_size_.empty()) {
    limits.max_file_bytes = parse_size(max_file_size_);
  }
  if (!max_batch_size_.empty()) {
    limits.max_batch_bytes = parse_size(max_batch_size_);
  }
  limits.max_files = max_files_;
  return limits;
}

}  // namespace healthmetric
