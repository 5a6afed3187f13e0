#include "common/program/usage_text.hpp"

#include <algorithm>

#include "common/base/ascii.hpp"
#include "common/base/printable.hpp"
#include "common/text/spelling.hpp"

namespace healthmetric::program {
namespace {

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

/// A word where a command is expected; one that is a command's name stands behind a "--".
std::string about_unknown_command(const std::string& word,
                                  const std::vector<std::string>& commands) {
  const bool is_known = std::find(commands.begin(), commands.end(), word) != commands.end();
  return is_known ? ": leave out the -- in front of it" : text::did_you_mean(word, commands);
}

/// A word that nothing takes.
std::string about_extra_word(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining(true);
  const auto option = std::find_if(words.begin(), words.end(),
                                   [](const auto& word) { return word.starts_with('-'); });
  if (option != words.end()) return unknown_option_text(app, *option);
  const std::string word = words.empty() ? "" : words.front();
  const CLI::App& command = named_command(app);
  if (&command == &app) {
    return "unknown command " + in_quotes(word) +
           about_unknown_command(word, command_names(command));
  }
  return unexpected_word_text(command, word);
}

/// Two options that were given and cannot both be.
std::string about_exclusion(const CLI::App& app, const std::string& fallback) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() == 0) continue;
    for (const CLI::Option* other : option->get_excludes()) {
      if (other->count() == 0) continue;
      if (!option->nonpositional() || !other->nonpositional()) {
        const CLI::Option& path = option->nonpositional() ? *other : *option;
        const CLI::Option& named = option->nonpositional() ? *option : *other;
        return in_quotes(path.results().front()) + " cannot be used with " + shown_name(named) +
               "; a name with a space, and a pattern, need quotes around them";
      }
      return shown_name(*option) + " cannot be used with " + shown_name(*other);
    }
  }
  return fallback;
}

/// "outbox drop requires the ID of a batch": its description begins so, but as a sentence.
std::string about_missing_operand(const CLI::App& command) {
  std::string what = "more";
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_required() || option->count() > 0) continue;
    what = option->get_description();
    what.replace(0, 1, ascii_lower(what.substr(0, 1)));
  }
  return words_of(command) + " requires " + what;
}

/// "--folder" of "--folder: At Most 1 required".
std::string name_in(const std::string& message) {
  return message.substr(0, message.find_first_of(": "));
}

}  // namespace

std::string unexpected_word_text(const CLI::App& command, const std::string& word) {
  const std::vector<std::string> commands = command_names(command);
  if (commands.empty()) return command.get_name() + " does not take " + in_quotes(word);
  const std::string near = about_unknown_command(word, commands);
  return "unknown command " + in_quotes(word) + " for " + command.get_name() +
         (near.empty() ? ": expected " + text::listed(commands, "or") : near);
}

std::string shown_name(const CLI::Option& option) {
  return (option.nonpositional() ? "--" : "") + option.get_single_name();
}

std::vector<std::string> setting_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (is_setting(*option)) names.push_back(option->get_single_name());
  }
  return names;
}

std::string unknown_option_text(const CLI::App& app, std::string_view word) {
  word = word.substr(0, word.find('='));
  const std::size_t dashes = std::min(word.find_first_not_of('-'), word.size());
  std::vector<std::string> names = setting_names(app);
  names.insert(names.end(), {"help", "version"});
  const bool is_letter = word.size() == dashes + 1;
  return "unknown option " + in_quotes(word) +
         (is_letter ? "" : text::did_you_mean(word.substr(dashes), names, "--"));
}

std::string usage_text(const CLI::App& app, const CLI::ParseError& error) {
  const std::string message = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) return about_extra_word(app);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const bool too_many = message.find("received") != std::string::npos;
    return name_in(message) + (too_many ? ": given more than once" : ": requires a value");
  }
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr) {
    return about_exclusion(app, printable(message));
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    return about_missing_operand(named_command(app));
  }
  return printable(message);
}

}  // namespace healthmetric::program
