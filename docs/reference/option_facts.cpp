#include "docs/reference/option_facts.hpp"

#include <algorithm>
#include <sstream>

#include "common/program/help_text.hpp"

namespace healthmetric {
namespace {

OptionFacts facts_of(const program::Option& option) {
  OptionFacts facts;
  facts.name = option.name;
  if (option.letter != '\0') facts.letter = std::string(1, option.letter);
  facts.value = option.value;
  facts.value_is_optional = option.value_is_optional;
  facts.choices = option.choices;
  facts.text = option.help;
  return facts;
}

std::vector<OptionFacts> options_taken_by(const program::Command& command) {
  std::vector<OptionFacts> all;
  for (const program::Option* option : program::options_of(command)) {
    if (option->kind == program::Option::Kind::named) all.push_back(facts_of(*option));
  }
  return all;
}

std::vector<std::string> split(const std::string& words) {
  std::istringstream in(words);
  std::vector<std::string> list;
  for (std::string word; in >> word;) list.push_back(word);
  return list;
}

}  // namespace

std::vector<CommandFacts> describe_commands(const program::Program& program) {
  std::vector<CommandFacts> all;
  for (const auto& command : program.commands) {
    if (command->words().empty()) continue;
    CommandFacts facts{split(command->words()),
                       program::operand_of(*command),
                       command->help(),
                       options_taken_by(*command),
                       {}};
    std::copy_if(facts.options.begin(), facts.options.end(), std::back_inserter(facts.own_options),
                 [&](const OptionFacts& option) {
                   return !program::accepts(program.main_command(), option.name);
                 });
    all.push_back(std::move(facts));
  }
  return all;
}

std::vector<OptionFacts> describe_options(const program::Program& program) {
  std::vector<OptionFacts> all;
  all.push_back({"help", "h", "", false, {}, program::kHelpOfHelp});
  all.push_back({"version", "", "", false, {}, program::kHelpOfVersion});
  const std::vector<OptionFacts> taken = options_taken_by(program.main_command());
  all.insert(all.end(), taken.begin(), taken.end());
  return all;
}

}  // namespace healthmetric
