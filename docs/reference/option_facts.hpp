#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace healthmetric {

/// What a person can know of an option, read from the definition that parses it.
struct OptionFacts {
  std::string name;                  ///< without dashes
  std::string letter;                ///< without a dash; empty: none
  std::string value;                 ///< what it takes, as DIR or SIZE; empty: it is a flag
  std::vector<std::string> choices;  ///< the only values allowed; empty: others
  std::string text;                  ///< what it does
};

/// All options of a program, in the order of --help.
std::vector<OptionFacts> describe_options(const CLI::App& app);

}  // namespace healthmetric
