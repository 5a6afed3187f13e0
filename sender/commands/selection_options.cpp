#include "sender/commands/selection_options.hpp"

#include <algorithm>

namespace healthmetric::sender {
namespace {

void check_pattern(const std::string& glob) {
  (void)patterns::PathPatterns({{patterns::Verdict::exclude, glob}});
}

}  // namespace

SelectionOptions::SelectionOptions() : OptionGroup("Which files of a folder") {
  add({.name = kInclude,
       .value = "GLOB",
       .help = "Send what matches GLOB, whatever its type; may be repeated. --include and "
               "--exclude are one list in the order given: the last match wins, and where the "
               "list begins with --include, what nothing matches is skipped",
       .goes_to = &includes_,
       .check = check_pattern});
  add({.name = kExclude,
       .value = "GLOB",
       .help = "Skip what matches GLOB: a name at any depth ('*.tmp.json', 'raw'), or with "
               "a slash a path below the folder ('2023/**'); may be repeated",
       .goes_to = &excludes_,
       .check = check_pattern});
  add({.name = "hidden",
       .help = "Send hidden files and folders too (.git never; .healthmetricignore never)",
       .goes_to = &hidden_});
  add({.name = "no-recursive", .help = "Do not send sub-folders", .goes_to = &no_recursive_});
  add({.name = "all-types",
       .help =
           "Send every file, not only .json .jpg .jpeg .png .gif .bmp .webp .svg .txt .csv .xml",
       .goes_to = &all_types_});
}

select::ScanRules SelectionOptions::rules(const program::CommandLine& line) const {
  select::ScanRules rules;
  rules.types = all_types_ ? select::Types::all : select::Types::supported;
  rules.hidden = hidden_ ? select::Hidden::send : select::Hidden::skip;
  rules.subfolders = no_recursive_ ? select::Subfolders::skip : select::Subfolders::send;
  rules.patterns = patterns(line);
  return rules;
}

/// --include and --exclude as one list, in the order they were given.
patterns::PathPatterns SelectionOptions::patterns(const program::CommandLine& line) const {
  std::vector<patterns::PathPattern> patterns;
  // Some versions of CLI11 keep the order of earlier readings: the last one is at the end.
  auto include = includes_.rbegin();
  auto exclude = excludes_.rbegin();
  std::vector<std::string> latest_first = line.given_in_order();
  std::reverse(latest_first.begin(), latest_first.end());
  for (const std::string& name : latest_first) {
    if (name == kInclude && include != includes_.rend()) {
      patterns.push_back({patterns::Verdict::include, *include++});
    }
    if (name == kExclude && exclude != excludes_.rend()) {
      patterns.push_back({patterns::Verdict::exclude, *exclude++});
    }
  }
  std::reverse(patterns.begin(), patterns.end());
  return patterns::PathPatterns(patterns);
}

}  // namespace healthmetric::sender
