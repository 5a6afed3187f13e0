#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/program/cli_app.hpp"

/// What is wrong with a command line, in words of ours: what CLI11 says differs from one version of
/// it to the next, and names what it means for its caller.

namespace healthmetric::program {

/// One line, without a hint at --help.
std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

/// A word that looks like an option, as it was written, and is none. What stands behind its equals
/// sign, which may be a secret, is not told.
std::string about_unknown_option(const CLI::App& app, std::string_view word);

/// A word behind `command` that it does not take.
std::string about_word_behind(const CLI::App& command, const std::string& word);

/// "--folder"; a path has no dashes.
std::string shown_name(const CLI::Option& option);

/// The names of what can be set, without the dashes.
std::vector<std::string> setting_names(const CLI::App& app);

}  // namespace healthmetric::program
