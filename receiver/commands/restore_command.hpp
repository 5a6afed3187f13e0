#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/program/command.hpp"
#include "receiver/commands/restoring.hpp"
#include "receiver/commands/shared_options.hpp"

namespace healthmetric::receiver {

/// BATCH_ID, --to, --overwrite and --flat.
class RestoreOptions final : public program::OptionGroup {
 public:
  RestoreOptions();

  [[nodiscard]] const std::vector<std::string>& batch_ids() const { return batch_ids_; }
  /// All but the time, the patterns and --dry-run. Throws Error{usage} without --to.
  [[nodiscard]] RestoreRules rules() const;

 private:
  std::vector<std::string> batch_ids_;
  std::filesystem::path to_;
  std::string overwrite_ = "never";
  bool flat_ = false;
};

/// `healthmetric-receiver restore`.
class RestoreCommand final : public program::Command {
 public:
  explicit RestoreCommand(std::shared_ptr<const SharedOptions> shared);
  program::ExitStatus run(const program::CommandLine& line) override;

 private:
  std::shared_ptr<const SharedOptions> shared_;
  RestoreOptions restore_;
};

}  // namespace healthmetric::receiver
