#pragma once

#include <memory>

#include "common/program/command.hpp"
#include "sender/commands/outbox_selection.hpp"

namespace healthmetric::sender {

/// `healthmetric-sender outbox drop`: removes what was not delivered. Throws Error{busy} while a
/// sender delivers.
class OutboxDropCommand final : public program::Command {
 public:
  explicit OutboxDropCommand(std::shared_ptr<const SharedOptions> shared);
  program::ExitStatus run(const program::CommandLine& line) override;

 private:
  std::shared_ptr<const SharedOptions> shared_;
  BatchIds ids_{program::Option::Kind::required_operand};
};

}  // namespace healthmetric::sender
