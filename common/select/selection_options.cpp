#include "common/select/selection_options.hpp"

#include <utility>

namespace healthmetric::select {

SelectionOptions::SelectionOptions() : OptionGroup(kSelectionGroup) {
  add({.name = "hidden",
       .help = "Include hidden files and folders (.git never; .healthmetricignore never)",
       .goes_to = &hidden_});
  add({.name = "no-recursive", .help = "Skip sub-folders", .goes_to = &no_recursive_});
  add({.name = "all-types",
       .help = "Include files of any type, not only .json .jpg .jpeg .png .gif .bmp .webp .svg "
               ".txt .csv .xml",
       .goes_to = &all_types_});
}

ScanRules SelectionOptions::rules(patterns::PathPatterns patterns) const {
  ScanRules rules;
  rules.types = all_types_ ? Types::all : Types::supported;
  rules.hidden = hidden_ ? Hidden::send : Hidden::skip;
  rules.subfolders = no_recursive_ ? Subfolders::skip : Subfolders::send;
  rules.patterns = std::move(patterns);
  return rules;
}

}  // namespace healthmetric::select
