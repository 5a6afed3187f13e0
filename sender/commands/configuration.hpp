#pragma once

#include <filesystem>
#include <string>

#include "common/program/command_line.hpp"
#include "common/program/option.hpp"

namespace healthmetric::sender {

/// --config and --profile: options from a file.
class ConfigurationOptions final : public program::OptionGroup {
 public:
  ConfigurationOptions();

  /// The file that was named, else the default file; empty if that has no path.
  [[nodiscard]] std::filesystem::path file() const;

  [[nodiscard]] const std::string& profile() const { return profile_; }

  /// Gives options their values from the environment, the profile and the file, in that order.
  /// Throws Error{usage}.
  void read_settings(program::CommandLine& line) const;

 private:
  std::string config_;
  std::string profile_;
};

/// How the sender's options from several sources are merged.
program::MergeRules merge_rules();

}  // namespace healthmetric::sender
