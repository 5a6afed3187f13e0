#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

/// Values of options from the environment and files.

namespace healthmetric::program {

struct Setting {
  std::string option;  ///< without the dashes
  std::vector<std::string> values;
  std::string origin;  ///< for messages: the variable, or the file and key
};

/// The settings of one place, in their order there.
using Settings = std::vector<Setting>;

/// The cases in which a more specific setting does not simply replace a less specific one.
struct MergeRules {
  /// Options whose values from all places form one list, the less specific first.
  std::set<std::string> joined;
  /// An option, and one that displaces it from less specific places, beside those it excludes.
  std::multimap<std::string, std::string> displaced_by = {{"quiet", "verbose"},
                                                          {"verbose", "quiet"}};
};

}  // namespace healthmetric::program
