#include "docs/reference/completion.hpp"

#include <algorithm>
#include <string_view>

#include "common/base/format.hpp"
#include "docs/reference/joined.hpp"

namespace healthmetric {
namespace {

enum class ValueKind { none, choice, file, folder, profile, other };

ValueKind kind_of(const OptionFacts& option) {
  if (option.value.empty()) return ValueKind::none;
  if (!option.choices.empty()) return ValueKind::choice;
  if (option.value == "FILE") return ValueKind::file;
  if (option.value == "DIR") return ValueKind::folder;
  if (option.name == "profile") return ValueKind::profile;
  return ValueKind::other;
}

/// Prints the profiles of a configuration file, one a line; sed(1) reads the sections' heads alone.
constexpr const char* kListProfiles =
    R"(sed -n 's/^[[:space:]]*\[[[:space:]]*profile[[:space:]]*\.[[:space:]]*["]\{0,1\}\([^]"]*[^]"[:space:]]\)["]\{0,1\}[[:space:]]*\].*/\1/p')";

/// What the words behind a command are.
enum class OperandKind { none, batches, folder };

/// What follows the program's name to print the ids of batches, one a line.
constexpr const char* kListStoredBatches =
    R"sh(list --ndjson --limit 1000 2> /dev/null | sed -n 's/.*"batch_id":"\([^"]*\)".*/\1/p')sh";
constexpr const char* kListWaitingBatches =
    R"sh(outbox list 2> /dev/null | sed -n 's/^\([0-9]\{8\}T[0-9]\{6\}Z-[^ ]*\)  .*/\1/p')sh";

struct Operand {
  OperandKind kind = OperandKind::none;
  const char* list = "";  ///< of batches
};

Operand operand_of(const CommandFacts& command) {
  const auto has = [&](const char* name) {
    return command.operand.find(name) != std::string::npos;
  };
  if (has("BATCH_ID")) return {OperandKind::batches, kListStoredBatches};
  if (has("ID")) return {OperandKind::batches, kListWaitingBatches};
  if (has("DIR")) return {OperandKind::folder};
  return {};
}

/// The words a command line can go on with behind `words`, each once.
std::vector<CommandFacts> next_words(const std::vector<CommandFacts>& commands,
                                     const std::vector<std::string>& words) {
  std::vector<CommandFacts> next;
  for (const CommandFacts& command : commands) {
    const bool begins = command.words.size() > words.size() &&
                        std::equal(words.begin(), words.end(), command.words.begin());
    if (!begins) continue;
    const std::string& word = command.words[words.size()];
    const bool is_whole = command.words.size() == words.size() + 1;
    if (!next.empty() && next.back().words.front() == word) continue;
    next.push_back({{word}, "", is_whole ? command.text : "", {}, {}});
  }
  return next;
}

std::vector<std::string> names(const std::vector<CommandFacts>& commands) {
  std::vector<std::string> all;
  all.reserve(commands.size());
  for (const CommandFacts& command : commands) all.push_back(command.words.front());
  return all;
}

/// Commands that only go on with another word.
std::vector<std::string> command_groups(const std::vector<CommandFacts>& commands) {
  std::vector<std::string> groups;
  for (const CommandFacts& command : next_words(commands, {})) {
    if (!next_words(commands, command.words).empty()) groups.push_back(command.words.front());
  }
  return groups;
}

/// In single quotes, as every shell here reads them; fish and the others differ in a quote within.
std::string quoted(std::string_view text, std::string_view quote_within) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += quote_within;
    } else {
      result += c;
    }
  }
  return result + "'";
}

std::vector<std::string> long_names(const std::vector<OptionFacts>& options, ValueKind kind) {
  std::vector<std::string> found;
  for (const OptionFacts& option : options) {
    if (kind_of(option) == kind) found.push_back("--" + option.name);
  }
  return found;
}

std::string function_name(std::string program) {
  std::replace(program.begin(), program.end(), '-', '_');
  return "_" + program;
}

/// One arm of bash's `case` over the option before the cursor.
std::string bash_arm(const std::vector<std::string>& names, const std::string& action) {
  if (names.empty()) return "";
  return fmt::format("    {})\n      {}\n      return\n      ;;\n", joined(names, " | "), action);
}

/// Descriptions stand in brackets and may not hold colons or brackets of their own.
std::string zsh_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string zsh_action(const OptionFacts& option) {
  switch (kind_of(option)) {
    case ValueKind::none:
      return "";
    case ValueKind::choice:
      return fmt::format(":{}:({})", zsh_text(option.value), joined(option.choices, " "));
    case ValueKind::file:
      return ":FILE:_files";
    case ValueKind::folder:
      return ":DIR:_files -/";
    case ValueKind::profile:
    case ValueKind::other:
      return fmt::format(":{}: ", zsh_text(option.value));
  }
  return "";
}

/// A function for the words that are not options: commands, ids of batches, files.
std::string zsh_operand(const std::string& program, const std::vector<CommandFacts>& commands,
                        Operands operands) {
  std::string arms;
  for (const CommandFacts& command : commands) {
    const Operand operand = operand_of(command);
    if (operand.kind == OperandKind::none) continue;
    const std::string action =
        operand.kind == OperandKind::folder
            ? "_files -/"
            : fmt::format("compadd -- ${{(f)\"$($words[1] {})\"}}", operand.list);
    arms += fmt::format("    *\" {} \"*) {} ;;\n", joined(command.words, " "), action);
  }
  for (const std::string& group : command_groups(commands)) {
    arms += fmt::format("    *\" {} \"*) compadd -- {} ;;\n", group,
                        joined(names(next_words(commands, {group})), " "));
  }
  const std::string first = names(next_words(commands, {})).empty()
                                ? ""
                                : "compadd -- " + joined(names(next_words(commands, {})), " ");
  const std::string files = operands == Operands::paths ? "; _files" : "";
  return fmt::format(
      "{}_operand() {{\n  case \" ${{words[2,CURRENT-1]}} \" in\n{}    *) {}{} ;;\n  esac\n}}\n",
      function_name(program), arms, first, files);
}

std::string fish_value(const OptionFacts& option) {
  switch (kind_of(option)) {
    case ValueKind::none:
      return "";
    case ValueKind::choice:
      return " -x -a '" + joined(option.choices, " ") + "'";
    case ValueKind::file:
      return " -r -F";
    case ValueKind::folder:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::profile:
      return " -x -a '(__healthmetric_profiles)'";
    case ValueKind::other:
      return " -x";
  }
  return "";
}

/// The words behind a command, for bash.
std::string bash_operand(const CommandFacts& command) {
  const Operand operand = operand_of(command);
  if (operand.kind == OperandKind::none) return "";
  const std::string action =
      operand.kind == OperandKind::folder
          ? "compopt -o filenames 2> /dev/null\n"
            "    mapfile -t COMPREPLY < <(compgen -d -- \"$current\")"
          : fmt::format(
                "mapfile -t COMPREPLY < <(compgen -W \"$(\"${{COMP_WORDS[0]}}\" {})\" -- "
                "\"$current\")",
                operand.list);
  return fmt::format(
      "  if [[ $current != -* && \" ${{COMP_WORDS[*]:1:COMP_CWORD-1}} \" == *\" {} \"* ]]; then\n"
      "    {}\n"
      "    return\n"
      "  fi\n",
      joined(command.words, " "), action);
}

}  // namespace

std::string bash_completion(const std::string& program, const std::vector<OptionFacts>& options,
                            const std::vector<CommandFacts>& commands, Operands operands) {
  const std::string function = function_name(program);
  std::string arms;
  for (const OptionFacts& option : options) {
    if (kind_of(option) != ValueKind::choice) continue;
    arms += bash_arm({"--" + option.name},
                     fmt::format("mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$current\")",
                                 joined(option.choices, " ")));
  }
  arms += bash_arm(long_names(options, ValueKind::folder),
                   "compopt -o filenames 2> /dev/null\n"
                   "      mapfile -t COMPREPLY < <(compgen -d -- \"$current\")");
  arms += bash_arm(long_names(options, ValueKind::file),
                   "compopt -o filenames 2> /dev/null\n"
                   "      mapfile -t COMPREPLY < <(compgen -f -- \"$current\")");
  arms += bash_arm(long_names(options, ValueKind::profile),
                   fmt::format("mapfile -t COMPREPLY < <(IFS=$'\\n'; compgen -W \"$({} "
                               "\"${{XDG_CONFIG_HOME:-$HOME/.config}}/healthmetric/sender.toml\" "
                               "2> /dev/null)\" -- \"$current\")",
                               kListProfiles));
  arms += bash_arm(long_names(options, ValueKind::other), ":");
  for (const std::string& group : command_groups(commands)) {
    arms +=
        bash_arm({group}, fmt::format("mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$current\")",
                                      joined(names(next_words(commands, {group})), " ")));
  }
  std::vector<std::string> words = names(next_words(commands, {}));
  for (const OptionFacts& option : options) {
    if (!option.letter.empty()) words.push_back("-" + option.letter);
    words.push_back("--" + option.name);
  }
  std::string rest;
  for (const CommandFacts& command : commands) rest += bash_operand(command);
  const std::string files = operands == Operands::paths
                                ? "  if [[ $current != -* ]]; then\n"
                                  "    compopt -o filenames 2> /dev/null\n"
                                  "    mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f "
                                  "-- \"$current\")\n"
                                  "  fi\n"
                                : "";
  return fmt::format(R"(# bash completion for {0}
{1}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
  # bash takes "--option=value" for three words, or for one where = separates none.
  if [[ $current == --*=* ]]; then
    local option=${{current%%=*}}
    COMP_WORDS=("$option" = "${{current#*=}}") COMP_CWORD=2
    {1}
    COMPREPLY=("${{COMPREPLY[@]/#/$option=}}")
    return
  fi
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  COMPREPLY=()
  case $previous in
{2}  esac
{4}  mapfile -t COMPREPLY < <(compgen -W '{3}' -- "$current")
{5}}}
complete -F {1} {0}
)",
                     program, function, arms, joined(words, " "), rest, files);
}

std::string zsh_completion(const std::string& program, const std::vector<OptionFacts>& options,
                           const std::vector<CommandFacts>& commands, Operands operands) {
  std::string lines;
  const auto append_zsh_line = [&lines](const std::string& specification) {
    lines += " \\\n  ";
    lines += quoted(specification, "'\\''");
  };
  for (const OptionFacts& option : options) {
    const std::string rest = fmt::format("[{}]{}", zsh_text(option.text), zsh_action(option));
    const std::string sign = option.value.empty() ? "" : "=";
    if (!option.letter.empty()) append_zsh_line("-" + option.letter + rest);
    append_zsh_line(fmt::format("*--{}{}{}", option.name, sign, rest));
  }
  if (commands.empty() && operands == Operands::none) {
    return fmt::format("#compdef {}\n_arguments -s{}\n", program, lines);
  }
  append_zsh_line("*:operand:" + function_name(program) + "_operand");
  return fmt::format("#compdef {}\n{}_arguments -s{}\n", program,
                     zsh_operand(program, commands, operands), lines);
}

std::string fish_completion(const std::string& program, const std::vector<OptionFacts>& options,
                            const std::vector<CommandFacts>& commands, Operands operands) {
  std::string text = fmt::format("# fish completion for {0}\ncomplete -c {0} -f\n", program);
  if (!long_names(options, ValueKind::profile).empty()) {
    text += fmt::format(
        "function __healthmetric_profiles\n"
        "  set -l folder ~/.config\n"
        "  set -q XDG_CONFIG_HOME; and set folder $XDG_CONFIG_HOME\n"
        "  {} $folder/healthmetric/sender.toml 2> /dev/null\n"
        "end\n",
        kListProfiles);
  }
  for (const OptionFacts& option : options) {
    const std::string letter = option.letter.empty() ? "" : " -s " + option.letter;
    text += fmt::format("complete -c {}{} -l {}{} -d {}\n", program, letter, option.name,
                        fish_value(option), quoted(option.text, "\\'"));
  }
  const auto append_words = [&](const std::string& condition,
                                const std::vector<CommandFacts>& words) {
    for (const CommandFacts& word : words) {
      text += fmt::format("complete -c {} -n '{}' -a {} -d {}\n", program, condition,
                          word.words.front(), quoted(word.text, "\\'"));
    }
  };
  append_words("__fish_use_subcommand", next_words(commands, {}));
  std::string no_group;
  for (const std::string& group : command_groups(commands)) {
    const std::vector<CommandFacts> next = next_words(commands, {group});
    append_words(
        fmt::format("__fish_seen_subcommand_from {}; and not __fish_seen_subcommand_from {}", group,
                    joined(names(next), " ")),
        next);
    no_group += fmt::format("{}not __fish_seen_subcommand_from {}",
                            no_group.empty() ? "" : "; and ", group);
  }
  for (const CommandFacts& command : commands) {
    const Operand operand = operand_of(command);
    if (operand.kind == OperandKind::none) continue;
    const std::string action = operand.kind == OperandKind::folder ? "__fish_complete_directories"
                                                                   : program + " " + operand.list;
    text += fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}' -x -a {}\n", program,
                        joined(command.words, "; and __fish_seen_subcommand_from "),
                        quoted("(" + action + ")", "\\'"));
  }
  if (operands == Operands::paths) {
    text += fmt::format("complete -c {} -n '{}' -F\n", program, no_group);
  }
  return text;
}

}  // namespace healthmetric
