#pragma once

#include <string>
#include <vector>

#include "common/patterns/path_patterns.hpp"
#include "common/program/command_line.hpp"
#include "common/program/option.hpp"

namespace healthmetric::program {

inline constexpr const char* kInclude = "include";
inline constexpr const char* kExclude = "exclude";

/// Throws Error{usage} for a glob that names nothing.
void check_glob(const std::string& glob);

/// --include and --exclude, which several commands have.
class PatternOptions final : public OptionGroup {
 public:
  explicit PatternOptions(const std::string& heading);

  /// What was given of both as one list, in the order in which it was given.
  [[nodiscard]] patterns::PathPatterns patterns(const CommandLine& line) const;

 private:
  std::vector<std::string> includes_;
  std::vector<std::string> excludes_;
};

}  // namespace healthmetric::program
