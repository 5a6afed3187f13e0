#include "common/select/selection_options.hpp"

#include "common/program/pattern_options.hpp"

namespace healthmetric::select {

SelectionOptions::SelectionOptions() : OptionGroup("Which files of a folder") {
  add({.name = program::kInclude,
       .value = "GLOB",
       .help = "Include files that match GLOB, whatever their type; may be repeated. --include "
               "and --exclude form one list, in the order given: the last match wins, and if the "
               "list begins with --include, files that no pattern matches are skipped",
       .goes_to = &includes_,
       .check = program::check_glob});
  add({.name = program::kExclude,
       .value = "GLOB",
       .help = "Skip files that match GLOB: a name at any depth ('*.tmp.json', 'raw'), or with "
               "a slash a path below the folder ('2023/**'); may be repeated",
       .goes_to = &excludes_,
       .check = program::check_glob});
  add({.name = "hidden",
       .help = "Include hidden files and folders (.git never; .healthmetricignore never)",
       .goes_to = &hidden_});
  add({.name = "no-recursive", .help = "Skip sub-folders", .goes_to = &no_recursive_});
  add({.name = "all-types",
       .help = "Include files of any type, not only .json .jpg .jpeg .png .gif .bmp .webp .svg "
               ".txt .csv .xml",
       .goes_to = &all_types_});
}

ScanRules SelectionOptions::rules(const program::CommandLine& line) const {
  ScanRules rules;
  rules.types = all_types_ ? Types::all : Types::supported;
  rules.hidden = hidden_ ? Hidden::send : Hidden::skip;
  rules.subfolders = no_recursive_ ? Subfolders::skip : Subfolders::send;
  rules.patterns = program::patterns_in_order(line, includes_, excludes_);
  return rules;
}

}  // namespace healthmetric::select
