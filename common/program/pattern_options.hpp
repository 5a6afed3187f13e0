#pragma once

#include <string>
#include <vector>

#include "common/patterns/path_patterns.hpp"
#include "common/program/command_line.hpp"

/// --include and --exclude, which several commands have.

namespace healthmetric::program {

inline constexpr const char* kInclude = "include";
inline constexpr const char* kExclude = "exclude";

/// Throws Error{usage} for a glob that names nothing.
void check_glob(const std::string& glob);

/// What was given of both as one list, in the order in which it was given.
patterns::PathPatterns patterns_in_order(const CommandLine& line,
                                         const std::vector<std::string>& includes,
                                         const std::vector<std::string>& excludes);

}  // namespace healthmetric::program
