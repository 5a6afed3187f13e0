#include "common/program/command_line.hpp"

#include <algorithm>
#include <cctype>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/file.hpp"
#include "common/program/cli_app.hpp"
#include "common/program/command_words.hpp"
#include "common/program/help_text.hpp"
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

/// What an option that the command does not take is for.
std::string commands_that_take(const Program& program, const std::string& option) {
  std::vector<std::string> takers;
  for (const auto& command : program.commands) {
    if (accepts(*command, option)) takers.push_back(command->words());
  }
  return text::listed(takers, "or");
}

std::string next_words(const Program& program, const std::string& words) {
  std::vector<std::string> next;
  for (const CommandFamily& each : words_after(program, words)) next.push_back(each.word);
  return text::listed(next, "or");
}

}  // namespace

struct CommandLine::Parser {
  const Program& program;
  std::unique_ptr<CLI::App> app;
  std::vector<std::string> words;         ///< as they were given
  std::set<std::string> on_command_line;  ///< options

  [[noreturn]] void fail(const std::string& why) const {
    const std::string chosen = words_of(named_command(*app));
    const bool is_command = !chosen.empty() && find_command(program, chosen) != nullptr;
    throw Error(ErrorCode::usage, fmt::format("{} ({}{} --help lists the options)", why,
                                              program.name, is_command ? " " + chosen : ""));
  }

  void parse() const {
    try {
      parse_words(*app, words);
    } catch (const CLI::ParseError& error) {
      if (dynamic_cast<const CLI::Success*>(&error) != nullptr) throw;
      fail(usage_text(*app, error));
    }
  }

  [[nodiscard]] Command& chosen_command() const {
    const std::string chosen = words_of(named_command(*app));
    Command* command = find_command(program, chosen);
    for (const CLI::Option* option : app->get_options()) {
      const std::string& name = option->get_single_name();
      const bool is_accepted =
          command != nullptr ? accepts(*command, name) : is_accepted_behind(chosen, name);
      if (option->count() > 0 && !is_accepted) refuse(chosen, *option);
    }
    if (command != nullptr) return *command;
    throw Error(ErrorCode::usage, fmt::format("{0} requires a command: {1} ({2} {0} --help)",
                                              chosen, next_words(program, chosen), program.name));
  }

  /// Whether a command that begins with the word takes the option.
  [[nodiscard]] bool is_accepted_behind(const std::string& word, const std::string& option) const {
    return std::any_of(program.commands.begin(), program.commands.end(), [&](const auto& command) {
      return command->words().starts_with(word + " ") && accepts(*command, option);
    });
  }

  /// Of several words the first is named: what is said holds for all that begin so.
  [[noreturn]] void refuse(const std::string& chosen, const CLI::Option& option) const {
    const std::string word = chosen.substr(0, chosen.find(' '));
    const std::string& name = option.get_single_name();
    if (word.empty()) fail("--" + name + " goes with " + commands_that_take(program, name));
    const std::string why = option.nonpositional() ? word + " does not take --" + name
                                                   : unexpected_word_text(named_command(*app),
                                                                          option.results().front());
    throw Error(ErrorCode::usage, fmt::format("{} ({} {} --help)", why, program.name, word));
  }
};

CommandLine::CommandLine(const Program& program)
    : parser_(new Parser{program, make_app(program), {}, {}}) {}
CommandLine::~CommandLine() = default;

Command* CommandLine::read(int argc, const char* const* argv) {
  parser_->words = {argv + 1, argv + argc};
  try {
    parser_->parse();
  } catch (const CLI::CallForVersion& version) {
    platform::print(std::string(version.what()) + "\n");
    return nullptr;
  } catch (const CLI::Success&) {
    platform::print(help_text(parser_->program, words_of(named_command(*parser_->app))));
    return nullptr;
  }
  for (std::string& option : given_in_order()) parser_->on_command_line.insert(std::move(option));
  Command& command = parser_->chosen_command();
  try {
    if (parser_->program.read_settings) {
      parser_->program.read_settings(*this);
    } else {
      apply({environment()});
    }
  } catch (const Error& error) {
    command.take_bad_settings(error);
  }
  return &command;
}

void CommandLine::apply(const std::vector<Settings>& places) {
  parser_->parse();
  CLI::App& app = *parser_->app;
  std::vector<std::string> words = parser_->words;
  for (const Settings& place : places) {
    const std::set<std::string> decided = decided_options(app, parser_->program.rules);
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

bool CommandLine::is_given(const std::string& option) const {
  return count_of(*parser_->app, option) > 0;
}

bool CommandLine::is_on_command_line(const std::string& option) const {
  return parser_->on_command_line.contains(option);
}

std::vector<std::string> CommandLine::given_in_order() const {
  std::vector<std::string> names;
  for (const CLI::Option* option : parser_->app->parse_order()) {
    names.push_back(option->get_single_name());
  }
  return names;
}

std::vector<std::string> CommandLine::setting_names() const {
  std::vector<std::string> names = program::setting_names(*parser_->app);
  const Command& main_command = parser_->program.main_command();
  std::erase_if(names, [&](const std::string& name) { return !accepts(main_command, name); });
  return names;
}

Settings CommandLine::environment() const {
  Settings settings;
  for (const std::string& name : setting_names()) {
    const std::string variable = environment_name(name);
    const std::string value = platform::environment_variable(variable);
    if (value.empty()) continue;
    const bool is_list = parser_->program.rules.joined.contains(name);
    std::vector<std::string> values = is_list ? lines_of(value) : std::vector<std::string>{value};
    if (!values.empty()) settings.push_back({name, std::move(values), variable});
  }
  return settings;
}

std::vector<std::string> CommandLine::unknown_variables(
    Told told, std::span<const std::string_view> known) const {
  constexpr std::string_view kPrefix = "HEALTHMETRIC_";
  std::vector<std::string> variables;
  for (const std::string& name : setting_names()) variables.push_back(environment_name(name));
  std::vector<std::string> messages;
  for (const std::string& name : platform::environment_names(kPrefix)) {
    const auto is_named = [&](std::string_view option) {
      return environment_name(std::string(option)) == name;
    };
    if (std::find(variables.begin(), variables.end(), name) != variables.end() ||
        std::any_of(known.begin(), known.end(), is_named)) {
      continue;
    }
    const std::string near = nearest_variable(name.substr(kPrefix.size()), setting_names());
    if (near.empty() && told == Told::what_is_near) continue;
    messages.push_back("unknown variable " + printable(name) +
                       (near.empty() ? "" : ": did you mean " + near + "?"));
  }
  std::sort(messages.begin(), messages.end());
  return messages;
}

}  // namespace healthmetric::program
