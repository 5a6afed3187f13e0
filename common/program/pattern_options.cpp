#include "common/program/pattern_options.hpp"

#include <algorithm>

namespace healthmetric::program {

using patterns::Verdict;

void check_glob(const std::string& glob) {
  (void)patterns::PathPatterns({{Verdict::exclude, glob}});
}

patterns::PathPatterns patterns_in_order(const CommandLine& line,
                                         const std::vector<std::string>& includes,
                                         const std::vector<std::string>& excludes) {
  std::vector<patterns::PathPattern> patterns;
  // Some versions of CLI11 keep the order of earlier readings: the last one is at the end.
  auto include = includes.rbegin();
  auto exclude = excludes.rbegin();
  std::vector<std::string> latest_first = line.given_in_order();
  std::reverse(latest_first.begin(), latest_first.end());
  for (const std::string& name : latest_first) {
    if (name == kInclude && include != includes.rend()) {
      patterns.push_back({Verdict::include, *include++});
    }
    if (name == kExclude && exclude != excludes.rend()) {
      patterns.push_back({Verdict::exclude, *exclude++});
    }
  }
  std::reverse(patterns.begin(), patterns.end());
  return patterns::PathPatterns(patterns);
}

}  // namespace healthmetric::program
