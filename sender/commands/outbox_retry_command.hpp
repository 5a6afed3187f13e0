#pragma once

#include <memory>

#include "common/program/command.hpp"
#include "sender/commands/outbox_selection.hpp"

namespace healthmetric::sender {

/// `healthmetric-sender outbox retry`: delivers to each batch's own target.
class OutboxRetryCommand final : public program::Command {
 public:
  explicit OutboxRetryCommand(std::shared_ptr<const SharedOptions> shared);
  program::ExitStatus run(const program::CommandLine& line) override;

 private:
  std::shared_ptr<const SharedOptions> shared_;
  BatchIds ids_{program::Option::Kind::operand};
};

}  // namespace healthmetric::sender
