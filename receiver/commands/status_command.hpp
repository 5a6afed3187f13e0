#pragma once

#include <filesystem>
#include <memory>

#include "common/program/command.hpp"
#include "receiver/commands/shared_options.hpp"

namespace healthmetric::receiver {

/// --settings.
class StatusOptions final : public program::OptionGroup {
 public:
  StatusOptions();
  [[nodiscard]] const std::filesystem::path& settings_file() const { return settings_file_; }

 private:
  std::filesystem::path settings_file_;
};

/// `healthmetric-receiver status`.
class StatusCommand final : public program::Command {
 public:
  explicit StatusCommand(std::shared_ptr<const SharedOptions> shared);
  program::ExitStatus run(const program::CommandLine& line) override;

 private:
  std::shared_ptr<const SharedOptions> shared_;
  StatusOptions status_;
};

}  // namespace healthmetric::receiver
