#pragma once

#include <string>

#include "common/program/command_line.hpp"

namespace healthmetric::program {

/// What --help prints: no line longer than 80 columns, the options in their groups, that of --help
/// last. Without the checks of values and the list of what each option excludes: the parser says so
/// when it matters.
class HelpFormat final : public CLI::FormatterBase {
 public:
  [[nodiscard]] std::string make_help(const CLI::App* app, std::string name,
                                      CLI::AppFormatMode mode) const override;
};

/// `text` in lines of at most 80 columns where its words allow that, each but the first behind
/// `indent` blanks; the first begins in column `begin`. Line ends in `text` stay.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t begin);

}  // namespace healthmetric::program
