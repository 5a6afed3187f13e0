#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "common/program/command.hpp"
#include "common/select/selection_options.hpp"
#include "receiver/commands/comparing.hpp"
#include "receiver/commands/shared_options.hpp"

namespace healthmetric::receiver {

/// DIR, --only, --quick and --ignore-unconsidered.
class CompareOptions final : public program::OptionGroup {
 public:
  CompareOptions();

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] bool shows(Comparison comparison) const;
  [[nodiscard]] StoredBytes stored_bytes() const;
  [[nodiscard]] bool ignores_unconsidered() const { return ignore_unconsidered_; }

 private:
  std::filesystem::path folder_;
  std::string only_ = "=*+-!";
  bool quick_ = false;
  bool ignore_unconsidered_ = false;
};

/// `healthmetric-receiver compare`.
class CompareCommand final : public program::Command {
 public:
  explicit CompareCommand(std::shared_ptr<const SharedOptions> shared);
  program::ExitStatus run(const program::CommandLine& line) override;

 private:
  [[nodiscard]] CompareRules rules(const program::CommandLine& line, const RunOptions& options,
                                   std::chrono::sys_seconds now) const;

  std::shared_ptr<const SharedOptions> shared_;
  CompareOptions compare_;
  select::SelectionOptions selection_;
};

}  // namespace healthmetric::receiver
