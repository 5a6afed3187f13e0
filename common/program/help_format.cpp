#include "common/program/help_format.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "common/program/usage_text.hpp"

namespace healthmetric::program {
namespace {

constexpr std::size_t kColumns = 80;
/// Where the texts begin; a longer name has its text on the next line.
constexpr std::size_t kTextColumn = 26;

/// "-v,--verbose", "--wait[=TIME]", "PATH...".
std::string left_part(const CLI::Option& option) {
  std::string text;
  if (!option.get_snames().empty()) text += "-" + option.get_snames().front() + ",";
  text += shown_name(option);
  if (!option.nonpositional()) return text + "...";
  if (option.get_items_expected_max() == 0) return text;
  const std::string value = value_name(option);
  if (value.empty()) return text;
  return text + (option.get_items_expected_min() == 0 ? "[=" + value + "]" : " " + value);
}

std::string line_of(const std::string& left, const std::string& text) {
  std::string line = "  " + left;
  if (line.size() + 2 > kTextColumn) {
    line += "\n" + std::string(kTextColumn, ' ');
  } else {
    line.resize(kTextColumn, ' ');
  }
  return line + wrapped(text, kTextColumn, kTextColumn) + "\n";
}

/// In the order of the options, those of `last` at the end; what is hidden has none.
std::vector<std::string> group_names(const CLI::App& app, const std::string& last) {
  std::vector<std::string> names;
  for (const std::string& name : app.get_groups()) {
    if (!name.empty() && name != last) names.push_back(name);
  }
  names.push_back(last);
  return names;
}

std::string usage(const CLI::App& app, const std::string& name) {
  const std::string begin = name + " [OPTION]...";
  std::string operand;
  for (const CLI::Option* option : app.get_options()) {
    if (option->nonpositional()) continue;
    const std::string shown = option->get_single_name();
    operand = option->get_required() ? " " + shown + "..." : " [" + shown + "]...";
  }
  std::string text = "Usage: " + begin + operand + "\n";
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    text += "       " + begin + " " + command->get_name() + "\n";
  }
  return text;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t begin) {
  std::string out;
  std::size_t column = begin;
  while (!text.empty()) {
    if (text.front() == '\n') {
      out += "\n" + std::string(indent, ' ');
      column = indent;
      text.remove_prefix(1);
      continue;
    }
    const std::string_view word = text.substr(0, std::min(text.find_first_of(" \n"), text.size()));
    const bool line_begins = out.empty() || column == indent;
    if (!line_begins && column + 1 + word.size() > kColumns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!line_begins) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    text.remove_prefix(word.size());
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return out;
}

std::string HelpFormat::make_help(const CLI::App* app, std::string name,
                                  CLI::AppFormatMode /*mode*/) const {
  if (name.empty()) name = app->get_name();
  std::string text = usage(*app, name) + "\n" + wrapped(app->get_description(), 0, 0) + "\n";
  const std::string last = app->get_help_ptr() == nullptr ? "" : app->get_help_ptr()->get_group();
  for (const std::string& group : group_names(*app, last)) {
    text += "\n" + group + ":\n";
    for (const CLI::Option* option : app->get_options()) {
      if (option->get_group() != group) continue;
      text += line_of(left_part(*option), option->get_description());
    }
  }
  const auto commands = app->get_subcommands([](const CLI::App*) { return true; });
  if (!commands.empty()) text += "\nCommands:\n";
  for (const CLI::App* command : commands) {
    text += line_of(command->get_name(), command->get_description());
  }
  if (!app->get_footer().empty()) text += "\n" + wrapped(app->get_footer(), 0, 0) + "\n";
  return text;
}

}  // namespace healthmetric::program
