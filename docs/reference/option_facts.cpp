#include "docs/reference/option_facts.hpp"

#include <string_view>

#include "common/program/command_line.hpp"

namespace healthmetric {
namespace {

/// "HOW:{none,zstd}" holds the choices behind the name: CLI11's own text for a set.
std::vector<std::string> choices_in(std::string_view type) {
  std::vector<std::string> choices;
  const std::size_t open = type.find('{');
  if (open == std::string_view::npos) return choices;
  type = type.substr(open + 1, type.rfind('}') - open - 1);
  while (!type.empty()) {
    const std::size_t end = std::min(type.find(','), type.size());
    choices.emplace_back(type.substr(0, end));
    type.remove_prefix(std::min(end + 1, type.size()));
  }
  return choices;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

void add_commands(const CLI::App& app, const std::vector<std::string>& words,
                  std::vector<CommandFacts>& all) {
  for (const CLI::App* command : commands_of(app)) {
    std::vector<std::string> longer = words;
    longer.push_back(command->get_name());
    if (commands_of(*command).empty()) {
      all.push_back({longer, operand_of(*command), command->get_description()});
    }
    add_commands(*command, longer, all);
  }
}

}  // namespace

std::string operand_of(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional()) continue;
    const std::string text = option->get_single_name() + "...";
    return option->get_required() ? text : "[" + text + "]";
  }
  return "";
}

std::vector<CommandFacts> describe_commands(const CLI::App& app) {
  std::vector<CommandFacts> all;
  add_commands(app, {}, all);
  return all;
}

std::vector<OptionFacts> describe_options(const CLI::App& app) {
  std::vector<OptionFacts> all;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->nonpositional() || option->get_group() == program::kRefusedGroup) continue;
    OptionFacts facts;
    facts.name = option->get_lnames().front();
    if (!option->get_snames().empty()) facts.letter = option->get_snames().front();
    if (option->get_items_expected_max() > 0) {
      facts.value = program::value_name(*option);
      facts.choices = choices_in(option->get_type_name());
      facts.value_is_optional = option->get_items_expected_min() == 0;
    }
    facts.text = option->get_description();
    all.push_back(std::move(facts));
  }
  return all;
}

}  // namespace healthmetric
