#pragma once

#include "common/patterns/path_patterns.hpp"
#include "common/program/option.hpp"
#include "common/select/scan_rules.hpp"

namespace healthmetric::select {

inline constexpr const char* kSelectionGroup = "Which files of a folder";

/// --hidden, --no-recursive and --all-types, beside the patterns.
class SelectionOptions final : public program::OptionGroup {
 public:
  SelectionOptions();

  [[nodiscard]] ScanRules rules(patterns::PathPatterns patterns) const;

 private:
  bool hidden_ = false;
  bool no_recursive_ = false;
  bool all_types_ = false;
};

}  // namespace healthmetric::select
