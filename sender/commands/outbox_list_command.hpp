#pragma once

#include <memory>

#include "common/program/command.hpp"
#include "sender/commands/shared_options.hpp"

namespace healthmetric::sender {

/// `healthmetric-sender outbox list`: shows what waits. Needs neither network nor token.
class OutboxListCommand final : public program::Command {
 public:
  explicit OutboxListCommand(std::shared_ptr<const SharedOptions> shared);
  program::ExitStatus run(const program::CommandLine& line) override;

 private:
  std::shared_ptr<const SharedOptions> shared_;
};

}  // namespace healthmetric::sender
