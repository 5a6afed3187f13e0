#pragma once

#include <string>
#include <vector>

#include "common/program/command_line.hpp"
#include "common/program/option.hpp"
#include "common/select/scan_rules.hpp"

namespace healthmetric::select {

/// Which files of a folder are sent.
class SelectionOptions final : public program::OptionGroup {
 public:
  SelectionOptions();

  [[nodiscard]] ScanRules rules(const program::CommandLine& line) const;

 private:
  std::vector<std::string> includes_;
  std::vector<std::string> excludes_;
  bool hidden_ = false;
  bool no_recursive_ = false;
  bool all_types_ = false;
};

}  // namespace healthmetric::select
