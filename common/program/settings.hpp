#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

/// Values of options from somewhere else than the command line.

namespace healthmetric::program {

struct Setting {
  std::string option;  ///< without the dashes
  std::vector<std::string> values;
  std::string origin;  ///< for messages: the variable, or the file and key
};

/// What one place says, in the order it says it.
using Settings = std::vector<Setting>;

/// Where a word of a more specific place does not just replace a less specific one.
struct MergeRules {
  /// Options whose values from everywhere are one list, the less specific in front.
  std::set<std::string> joined;
  /// An option, and one that displaces it from less specific places, beside those it excludes.
  std::multimap<std::string, std::string> displaced_by = {{"quiet", "verbose"},
                                                          {"verbose", "quiet"}};
};

}  // namespace healthmetric::program
