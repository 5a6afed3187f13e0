#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace healthmetric {

/// What a person can know of an option, read from the definition that parses it.
struct OptionFacts {
  std::string name;    ///< without dashes
  std::string letter;  ///< without a dash; empty: none
  std::string value;   ///< what it takes, as DIR or SIZE; empty: it is a flag
  bool value_is_optional = false;
  std::vector<std::string> choices;  ///< the only values allowed; empty: others
  std::string text;                  ///< what it does
};

/// A command of a program, as "outbox list".
struct CommandFacts {
  std::vector<std::string> words;
  std::string operand;  ///< what stands behind it, as "ID..." or "[ID...]"; empty: nothing
  std::string text;     ///< what it does
};

/// What stands behind a command's or the program's name, as "ID..." or "[PATH...]"; empty: nothing.
std::string operand_of(const CLI::App& command);

/// All commands of a program that can be run, in the order of --help.
std::vector<CommandFacts> describe_commands(const CLI::App& app);

/// All options of a program, in the order of --help.
std::vector<OptionFacts> describe_options(const CLI::App& app);

}  // namespace healthmetric
