#pragma once

#include <string>
#include <vector>

#include "common/program/command.hpp"

namespace healthmetric {

/// What a person can know of an option, read from its definition.
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
  std::vector<OptionFacts> options;      ///< what it takes
  std::vector<OptionFacts> own_options;  ///< those of them that the program alone does not take
};

/// All commands of a program but the main one, in the order of --help.
std::vector<CommandFacts> describe_commands(const program::Program& program);

/// What the main command takes, --help and --version in front.
std::vector<OptionFacts> describe_options(const program::Program& program);

}  // namespace healthmetric
