#pragma once

#include <string>
#include <vector>

#include "docs/reference/option_facts.hpp"

/// What shells complete: the options and commands of a program, and behind an option its choices,
/// files or folders.

namespace healthmetric {

/// What a program takes beside options and commands.
enum class Operands { none, paths };

std::string bash_completion(const std::string& program, const std::vector<OptionFacts>& options,
                            const std::vector<CommandFacts>& commands, Operands operands);
std::string zsh_completion(const std::string& program, const std::vector<OptionFacts>& options,
                           const std::vector<CommandFacts>& commands, Operands operands);
std::string fish_completion(const std::string& program, const std::vector<OptionFacts>& options,
                            const std::vector<CommandFacts>& commands, Operands operands);

}  // namespace healthmetric
