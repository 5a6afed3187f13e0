#include "sender/commands/selection_options.hpp"

#include "common/program/pattern_options.hpp"

namespace healthmetric::sender {
SelectionOptions::SelectionOptions() : OptionGroup("Which files of a folder") {
  add({.name = program::kInclude,
       .value = "GLOB",
       .help = "Send what matches GLOB, whatever its type; may be repeated. --include and "
               "--exclude are one list in the order given: the last match wins, and where the "
               "list begins with --include, files that no pattern matches are skipped",
       .goes_to = &includes_,
       .check = program::check_glob});
  add({.name = program::kExclude,
       .value = "GLOB",
       .help = "Skip what matches GLOB: a name at any depth ('*.tmp.json', 'raw'), or with "
               "a slash a path below the folder ('2023/**'); may be repeated",
       .goes_to = &excludes_,
       .check = program::check_glob});
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
  rules.patterns = program::patterns_in_order(line, includes_, excludes_);
  return rules;
}

}  // namespace healthmetric::sender
