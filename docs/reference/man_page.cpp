#include "docs/reference/man_page.hpp"

#include <string_view>

#include "common/base/format.hpp"
#include "common/text/spelling.hpp"
#include "docs/reference/joined.hpp"

namespace healthmetric {
namespace {

/// Text as roff prints it unchanged: `-` stays a dash that can be copied, and no line can become a
/// request.
std::string escaped(std::string_view text) {
  std::string result;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
    line_begins = c == '\n';
  }
  return result;
}

std::string term(const OptionFacts& option) {
  std::string text;
  if (!option.letter.empty()) text += "\\fB" + escaped("-" + option.letter) + "\\fR, ";
  text += "\\fB" + escaped("--" + option.name) + "\\fR";
  if (option.value.empty()) return text;
  const std::string value = "\\fI" + escaped(option.value) + "\\fR";
  return text + (option.value_is_optional ? "[=" + value + "]" : " " + value);
}

std::string term(const CommandFacts& command) {
  std::string text = "\\fB" + escaped(joined(command.words, " ")) + "\\fR";
  if (!command.operand.empty()) text += " \\fI" + escaped(command.operand) + "\\fR";
  return text;
}

void add_section(std::string& page, std::string_view name) {
  page += fmt::format(".SH {}\n", name);
}

void add_item(std::string& page, const std::string& term, std::string_view text) {
  page += ".TP\n" + term + "\n" + escaped(text) + "\n";
}

/// "It takes --json, --quiet and --log-file."
std::string list_of(const std::vector<OptionFacts>& options) {
  std::vector<std::string> names;
  names.reserve(options.size());
  for (const OptionFacts& option : options) names.push_back("--" + option.name);
  return names.empty() ? "" : "It takes " + text::listed(names, "and") + ".";
}

void add_command(std::string& page, const CommandFacts& command) {
  const std::string takes = list_of(command.options);
  add_item(page, term(command), command.text + "." + (takes.empty() ? "" : "\n" + takes));
  if (command.own_options.empty()) return;
  page += ".RS\n";
  for (const OptionFacts& option : command.own_options) add_item(page, term(option), option.text);
  page += ".RE\n";
}

void add_list(std::string& page, std::string_view name,
              const std::vector<std::pair<std::string, std::string>>& list) {
  if (list.empty()) return;
  add_section(page, name);
  for (const auto& [item, text] : list) add_item(page, "\\fB" + escaped(item) + "\\fR", text);
}

void add_examples(std::string& page,
                  const std::vector<std::pair<std::string, std::string>>& examples) {
  if (examples.empty()) return;
  add_section(page, "EXAMPLES");
  bool first = true;
  for (const auto& [command, text] : examples) {
    if (!first) page += ".PP\n";
    first = false;
    page += escaped(text) + ":\n.PP\n.RS 4\n.nf\n" + escaped(command) + "\n.fi\n.RE\n";
  }
}

}  // namespace

std::string to_roff(const ManPage& page) {
  std::string text = fmt::format(
      ".\\\" Made from the program's commands.\n.TH {} 1 {} \"{} {}\" \"User "
      "commands\"\n",
      escaped(page.program), page.date, escaped(page.program), page.version);
  add_section(text, "NAME");
  text += escaped(page.program) + " \\- " + escaped(page.summary) + "\n";
  add_section(text, "SYNOPSIS");
  const std::string synopsis = "\\fB" + escaped(page.program) + R"(\fR [\fIoption\fR]...)";
  text += synopsis + (page.operand.empty() ? "" : " \\fI" + escaped(page.operand) + "\\fR") + "\n";
  for (const CommandFacts& command : page.commands) {
    text += ".br\n" + synopsis + " " + term(command) + "\n";
  }
  add_section(text, "DESCRIPTION");
  text += escaped(page.description) + "\n";
  add_section(text, "OPTIONS");
  for (const OptionFacts& option : page.options) add_item(text, term(option), option.text);
  if (!page.commands.empty()) {
    add_section(text, "COMMANDS");
    for (const CommandFacts& command : page.commands) add_command(text, command);
  }
  add_list(text, "ENVIRONMENT", page.environment);
  add_list(text, "EXIT STATUS", page.exit_statuses);
  add_list(text, "FILES", page.files);
  add_examples(text, page.examples);
  add_section(text, "SEE ALSO");
  for (std::size_t i = 0; i < page.see_also.size(); ++i) {
    text += "\\fB" + escaped(page.see_also[i]) + "\\fR(1)" +
            (i + 1 < page.see_also.size() ? ",\n" : "\n");
  }
  return text;
}

}  // namespace healthmetric
