#pragma once

#include <string>
#include <string_view>

#include "common/program/command.hpp"

namespace healthmetric::program {

inline constexpr const char* kHelpOfHelp = "Print this help and exit";
inline constexpr const char* kHelpOfVersion = "Print the version and exit";

/// The text of --help after `words` ("", "outbox" or "outbox list"): no line longer than 80
/// columns, the options in their groups, that of --help last. Without the checks of values and the
/// list of what each option excludes: the parser says so when it matters.
std::string help_text(const Program& program, const std::string& words);

/// `text` in lines of at most 80 columns where its words allow that, each but the first behind
/// `indent` blanks; the first begins in column `begin`. Line ends in `text` stay.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t begin);

}  // namespace healthmetric::program
