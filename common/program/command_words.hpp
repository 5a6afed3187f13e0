#pragma once

#include <string>
#include <vector>

#include "common/program/cli_app.hpp"

/// What is looked for in the words of a command line before CLI11 takes them apart: slips that it
/// would take for something else, or tell in words that help nobody.

namespace healthmetric::program {

/// The words as CLI11 may have them: an option whose value may be left out takes the next word only
/// where that is a time. Throws CLI::ValidationError for
///  - an option that does not exist, also one with a long dash in front of it,
///  - a value that is empty or is another option, as a variable that is not set leaves it,
///  - a value that kept its quotes, and a `~user` that no shell expanded,
///  - a switch that is neither on nor off.
std::vector<std::string> checked_words(const CLI::App& app, std::vector<std::string> words);

}  // namespace healthmetric::program
