#include "common/program/cli_app.hpp"

#include <algorithm>

#include "common/base/error.hpp"
#include "common/base/version.hpp"
#include "common/platform/user_dirs.hpp"
#include "common/program/help_text.hpp"
#include "common/program/option_groups.hpp"
#include "common/program/option_values.hpp"

namespace healthmetric::program {
namespace {

/// `work` checks a value or changes it; what it throws is what CLI11 takes for the fault.
template <typename Work>
CLI::Validator validator(Work work) {
  return {[work](std::string& text) -> std::string {
            try {
              work(text);
              return "";
            } catch (const Error& error) {
              return error.what();
            }
          },
          ""};
}

void expand_home(std::string& path) {
  path = platform::expand_home(path).string();
}

std::string cli_name(const Option& option) {
  if (option.is_operand()) return option.name;
  const std::string name = "--" + option.name;
  return option.letter == '\0' ? name : std::string{'-', option.letter, ','} + name;
}

CLI::Option* add_switch_or_value(CLI::App& app, const Option& option) {
  return std::visit(
      [&](auto* place) -> CLI::Option* {
        if constexpr (std::is_same_v<decltype(place), bool*>) {
          return app.add_flag(cli_name(option), *place, option.help);
        } else {
          return app.add_option(cli_name(option), *place, option.help);
        }
      },
      option.goes_to);
}

void add_option(CLI::App& app, const Option& option) {
  CLI::Option* added = add_switch_or_value(app, option);
  added->group(option.kind == Option::Kind::refused ? kRefusedGroup : option.heading);
  if (option.is_switch()) return;
  added->type_name(option.value);
  if (option.check) added->check(validator(option.check));
  if (!option.choices.empty()) added->check(validator(choice_check(option.choices)));
  if (is_path_name(option.value)) added->transform(validator(expand_home));
  if (option.value_is_optional) added->expected(0, 1);
  if (option.kind == Option::Kind::required_operand) added->required();
  if (option.is_list() && !option.is_operand()) added->allow_extra_args(false);
}

CLI::Option* option_named(CLI::App& app, const std::string& name) {
  CLI::Option* option = app.get_option_no_throw("--" + name);
  return option == nullptr ? app.get_option(name) : option;  // operands have no dashes
}

void add_exclusions(CLI::App& app, const Option& option) {
  for (const std::string& other : option.excludes) {
    option_named(app, option.name)->excludes(option_named(app, other));
  }
}

void add_help(CLI::App& app) {
  app.set_help_flag("-h,--help", kHelpOfHelp)->group(kGeneralGroup);
}

CLI::App& subcommand(CLI::App& parent, const std::string& name) {
  for (CLI::App* known : parent.get_subcommands([](const CLI::App*) { return true; })) {
    if (known->get_name() == name) return *known;
  }
  CLI::App* command = parent.add_subcommand(name);
  command->fallthrough();  // the options of the program stand behind a command, too
  add_help(*command);
  const bool is_family = parent.get_parent() != nullptr;
  if (is_family) parent.require_subcommand(0, 1);  // who names another is told which there are
  return *command;
}

void add_command(CLI::App& app, const Command& command) {
  CLI::App* at = &app;
  std::string_view rest = command.words();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    at = &subcommand(*at, std::string(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  for (const Option* option : options_of(command)) {
    if (option->is_operand()) add_option(*at, *option);
  }
}

}  // namespace

std::unique_ptr<CLI::App> make_app(const Program& program) {
  auto app = std::make_unique<CLI::App>("", program.name);
  add_help(*app);
  app->set_version_flag("--version", program.name + " " + kVersion, kHelpOfVersion)
      ->group(kGeneralGroup);
  const std::vector<const Option*> options = all_options(program);
  for (const Option* option : options) {
    if (!option->is_operand()) add_option(*app, *option);
  }
  for (const auto& command : program.commands) add_command(*app, *command);
  for (const Option* option : options) add_exclusions(*app, *option);
  return app;
}

std::string value_name(const CLI::Option& option) {
  return option.get_type_name();
}

bool is_setting(const CLI::Option& option) {
  const std::string& name = option.get_single_name();
  return name != "help" && name != "version" && option.nonpositional() &&
         option.get_group() != kRefusedGroup;
}

const CLI::App& named_command(const CLI::App& app) {
  const std::vector<const CLI::App*> named =
      app.get_subcommands([](const CLI::App* command) { return command->parsed(); });
  return named.empty() ? app : named_command(*named.front());
}

std::string words_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  if (parent == nullptr) return "";
  const std::string before = words_of(*parent);
  return before.empty() ? command.get_name() : before + " " + command.get_name();
}

}  // namespace healthmetric::program
