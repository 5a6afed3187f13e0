#include "common/program/help_text.hpp"

#include <algorithm>
#include <vector>

#include "common/program/option_groups.hpp"

namespace healthmetric::program {
namespace {

constexpr std::size_t kColumns = 80;
/// Where the texts begin; a longer name has its text on the next line.
constexpr std::size_t kTextColumn = 26;

/// "-v,--verbose", "--wait[=TIME]", "PATH...".
std::string left_part(const Option& option) {
  if (option.is_operand()) return option.name + (option.is_list() ? "..." : "");
  std::string text = "--" + option.name;
  if (option.letter != '\0') text = std::string{'-', option.letter, ','} + text;
  if (option.is_switch()) return text;
  return text + (option.value_is_optional ? "[=" + option.value + "]" : " " + option.value);
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

/// Headings in the order of the options, the general one at the end.
std::vector<std::string> headings_of(const std::vector<const Option*>& options) {
  std::vector<std::string> headings;
  for (const Option* option : options) {
    const bool is_known =
        std::find(headings.begin(), headings.end(), option->heading) != headings.end();
    if (!is_known && option->heading != kGeneralGroup) headings.push_back(option->heading);
  }
  headings.emplace_back(kGeneralGroup);
  return headings;
}

std::string text_of_options(const std::vector<const Option*>& options, bool has_version) {
  std::string text;
  for (const std::string& heading : headings_of(options)) {
    text += "\n" + heading + ":\n";
    if (heading == kGeneralGroup) {
      text += line_of("-h,--help", kHelpOfHelp);
      if (has_version) text += line_of("--version", kHelpOfVersion);
    }
    for (const Option* option : options) {
      if (option->heading != heading || option->kind == Option::Kind::refused) continue;
      text += line_of(left_part(*option), option->help);
    }
  }
  return text;
}

std::string usage(const std::string& begin, const std::string& operand,
                  const std::vector<CommandFamily>& next) {
  std::string text = "Usage: " + begin + (operand.empty() ? "" : " " + operand) + "\n";
  for (const CommandFamily& word : next) text += "       " + begin + " " + word.word + "\n";
  return text;
}

/// What `words` do, and what is said below their options.
struct About {
  std::string help;
  std::string notes;
};

About about_family(const Program& program, const std::string& words) {
  for (const CommandFamily& family : program.families) {
    if (family.word != words) continue;
    return {family.help,
            program.name + " " + words + " COMMAND --help lists the options of a command."};
  }
  return {};
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

std::string help_text(const Program& program, const std::string& words) {
  const Command* command = find_command(program, words);
  const std::string name = program.name + (words.empty() ? "" : " " + words) + " [OPTION]...";
  const std::vector<CommandFamily> next = words_after(program, words);
  const auto [help, notes] =
      command == nullptr ? about_family(program, words) : About{command->help(), command->notes()};
  std::string text = usage(name, command == nullptr ? "" : operand_of(*command), next) + "\n" +
                     wrapped(help, 0, 0) + "\n";
  text += text_of_options(command == nullptr ? std::vector<const Option*>() : options_of(*command),
                          words.empty());
  if (!next.empty()) text += "\nCommands:\n";
  for (const CommandFamily& word : next) text += line_of(word.word, word.help);
  if (!notes.empty()) text += "\n" + wrapped(notes, 0, 0) + "\n";
  return text;
}

}  // namespace healthmetric::program
