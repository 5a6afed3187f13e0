#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/program/cli_app.hpp"

/// Messages about an invalid command line. CLI11's own differ between its versions, and are written
/// for programmers.

namespace healthmetric::program {

/// One line, without a hint at --help.
std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

/// The message for an unknown option. What follows its equals sign may be a secret and is not
/// shown.
std::string unknown_option_text(const CLI::App& app, std::string_view word);

/// The message for a word after `command` that it does not take.
std::string unexpected_word_text(const CLI::App& command, const std::string& word);

/// "--folder"; a path has no dashes.
std::string shown_name(const CLI::Option& option);

/// The names of what can be set, without the dashes.
std::vector<std::string> setting_names(const CLI::App& app);

}  // namespace healthmetric::program
