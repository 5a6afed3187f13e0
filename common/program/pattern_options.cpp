#include "common/program/pattern_options.hpp"

#include <algorithm>
#include <filesystem>

namespace healthmetric::program {
namespace {

using patterns::Verdict;

/// With slashes, whichever of its two separators Windows users wrote.
std::string with_slashes(const std::string& glob) {
  return std::filesystem::path(glob).generic_string();
}

}  // namespace

void check_glob(const std::string& glob) {
  (void)patterns::PathPatterns({{Verdict::exclude, with_slashes(glob)}});
}

PatternOptions::PatternOptions(const std::string& heading) : OptionGroup(heading) {
  add({.name = kInclude,
       .value = "GLOB",
       .help = "Take files that match GLOB, whatever their type; may be repeated. --include and "
               "--exclude form one list, in the order given: the last match wins, and if the list "
               "begins with --include, files that no pattern matches are skipped",
       .goes_to = &includes_,
       .check = check_glob});
  add({.name = kExclude,
       .value = "GLOB",
       .help = "Skip files that match GLOB: a name at any depth ('*.tmp.json', 'raw'), or with a "
               "slash a path below the folder ('2023/**'); may be repeated",
       .goes_to = &excludes_,
       .check = check_glob});
}

patterns::PathPatterns PatternOptions::patterns(const CommandLine& line) const {
  std::vector<patterns::PathPattern> patterns;
  // Some versions of CLI11 keep the order of earlier readings: the last one is at the end.
  auto include = includes_.rbegin();
  auto exclude = excludes_.rbegin();
  std::vector<std::string> latest_first = line.given_in_order();
  std::reverse(latest_first.begin(), latest_first.end());
  for (const std::string& name : latest_first) {
    if (name == kInclude && include != includes_.rend()) {
      patterns.push_back({Verdict::include, with_slashes(*include++)});
    }
    if (name == kExclude && exclude != excludes_.rend()) {
      patterns.push_back({Verdict::exclude, with_slashes(*exclude++)});
    }
  }
  std::reverse(patterns.begin(), patterns.end());
  return patterns::PathPatterns(patterns);
}

}  // namespace healthmetric::program
