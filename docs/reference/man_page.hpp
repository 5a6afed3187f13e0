#pragma once

#include <string>
#include <utility>
#include <vector>

#include "docs/reference/option_facts.hpp"

namespace healthmetric {

/// What a manual page says beside its options.
struct ManPage {
  std::string program;
  std::string version;
  std::string date;         ///< of the version: a page is the same whenever it is made
  std::string summary;      ///< one line
  std::string description;  ///< a paragraph
  std::string operand;      ///< as "[PATH]..."; empty: it takes none
  std::vector<OptionFacts> options;
  std::vector<CommandFacts> commands;
  /// Term and text.
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::pair<std::string, std::string>> exit_statuses;
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<std::pair<std::string, std::string>> examples;
  std::vector<std::string> see_also;
};

/// The page for section 1, in the macros of man(7).
std::string to_roff(const ManPage& page);

}  // namespace healthmetric
