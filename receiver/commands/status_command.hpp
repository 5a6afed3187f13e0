#pragma once

#include <memory>

#include "common/program/command.hpp"
#include "receiver/commands/shared_options.hpp"

namespace healthmetric::receiver {

/// `healthmetric-receiver status`.
class StatusCommand final : public program::Command {
 public:
  explicit StatusCommand(std::shared_ptr<const SharedOptions> shared);
  program::ExitStatus run(const program::CommandLine& line) override;

 private:
  std::shared_ptr<const SharedOptions> shared_;
};

}  // namespace healthmetric::receiver
