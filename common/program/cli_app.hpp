#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "common/program/command.hpp"

/// A program's commands and options as CLI11 has them. All of the project that knows CLI11 is in
/// this folder's sources.

namespace healthmetric::program {

/// The group of options that are there to be refused: the description says why.
inline constexpr const char* kRefusedGroup = "";

/// The options of all commands, of which any may stand in front of a command's words or behind
/// them.
std::unique_ptr<CLI::App> make_app(const Program& program);

/// What stands for an option's value in texts: "HOW".
std::string value_name(const CLI::Option& option);

/// True for what can be set: not --help and --version, no operand, and no option that is only there
/// to be refused in good words.
bool is_setting(const CLI::Option& option);

/// The command that was named last: the program itself when none was.
const CLI::App& named_command(const CLI::App& app);

/// Its words, as "outbox list"; "" of the program.
std::string words_of(const CLI::App& command);

}  // namespace healthmetric::program
