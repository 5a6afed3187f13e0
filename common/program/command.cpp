#include "common/program/command.hpp"

#include <algorithm>

namespace healthmetric::program {
namespace {

void append_options(const std::vector<const OptionGroup*>& groups,
                    std::vector<const Option*>& options) {
  for (const OptionGroup* group : groups) {
    for (const Option& option : group->options()) {
      if (std::find(options.begin(), options.end(), &option) == options.end()) {
        options.push_back(&option);
      }
    }
  }
}

}  // namespace

void Command::take_bad_settings(const Error& error) {
  throw Error(error);
}

std::vector<const Option*> options_of(const Command& command) {
  std::vector<const Option*> options;
  append_options(command.takes(), options);
  return options;
}

std::vector<const Option*> all_options(const Program& program) {
  std::vector<const Option*> options;
  for (const auto& command : program.commands) append_options(command->takes(), options);
  return options;
}

bool accepts(const Command& command, const std::string& option) {
  for (const auto* groups : {&command.takes(), &command.ignores()}) {
    for (const OptionGroup* group : *groups) {
      const auto& options = group->options();
      const auto is_it = [&](const Option& other) { return other.name == option; };
      if (std::any_of(options.begin(), options.end(), is_it)) return true;
    }
  }
  return false;
}

std::string operand_of(const Command& command) {
  for (const Option* option : options_of(command)) {
    if (!option->is_operand()) continue;
    const std::string name =
        option->kind == Option::Kind::operand ? "[" + option->name + "]" : option->name;
    return name + (option->is_list() ? "..." : "");
  }
  return "";
}

std::vector<CommandFamily> words_after(const Program& program, const std::string& words) {
  const std::string beginning = words.empty() ? "" : words + " ";
  std::vector<CommandFamily> found;
  for (const auto& command : program.commands) {
    if (command->words().empty() || !command->words().starts_with(beginning)) continue;
    const std::string rest = command->words().substr(beginning.size());
    const std::string word = rest.substr(0, rest.find(' '));
    if (!found.empty() && found.back().word == word) continue;
    const auto family = std::find_if(program.families.begin(), program.families.end(),
                                     [&](const CommandFamily& each) { return each.word == word; });
    found.push_back({word, word == rest                       ? command->help()
                           : family == program.families.end() ? ""
                                                              : family->help});
  }
  return found;
}

Command* find_command(const Program& program, const std::string& words) {
  const auto found = std::find_if(program.commands.begin(), program.commands.end(),
                                  [&](const auto& command) { return command->words() == words; });
  return found == program.commands.end() ? nullptr : found->get();
}

}  // namespace healthmetric::program
