#pragma once

#include <string>
#include <vector>

#include "common/program/cli_app.hpp"

/// Checks the words of a command line before CLI11 parses them, for mistakes that it would
/// misinterpret or report in unhelpful words.

namespace healthmetric::program {

/// The words for CLI11: an option whose value is optional takes the next word only if that is a
/// time. Throws CLI::ValidationError for
///  - an unknown option, also one that begins with a long dash,
///  - a value that is empty or is another option, as after an unset variable,
///  - a value in quotes, and a `~user` that the shell did not expand,
///  - a switch that is neither on nor off.
std::vector<std::string> checked_words(const CLI::App& app, std::vector<std::string> words);

}  // namespace healthmetric::program
