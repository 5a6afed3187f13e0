#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/patterns/path_patterns.hpp"
#include "common/program/command.hpp"
#include "receiver/commands/file_list.hpp"
#include "receiver/commands/shared_options.hpp"

namespace healthmetric::receiver {

/// GLOB, --all, --stored and --print0.
class FilesOptions final : public program::OptionGroup {
 public:
  FilesOptions();

  /// What the globs match; all where there are none.
  [[nodiscard]] patterns::PathPatterns patterns() const;
  [[nodiscard]] bool all() const { return all_; }
  [[nodiscard]] bool stored() const { return stored_; }
  [[nodiscard]] bool print0() const { return print0_; }

 private:
  std::vector<std::string> globs_;
  bool all_ = false;
  bool stored_ = false;
  bool print0_ = false;
};

/// `healthmetric-receiver files`.
class FilesCommand final : public program::Command {
 public:
  explicit FilesCommand(std::shared_ptr<const SharedOptions> shared);
  program::ExitStatus run(const program::CommandLine& line) override;

 private:
  [[nodiscard]] std::unique_ptr<FileList> make_list(const RunOptions& options) const;

  std::shared_ptr<const SharedOptions> shared_;
  FilesOptions files_;
};

}  // namespace healthmetric::receiver
