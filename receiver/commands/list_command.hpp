#pragma once

#include <memory>

#include "common/program/command.hpp"
#include "receiver/commands/shared_options.hpp"

namespace healthmetric::receiver {

/// --reverse.
class ListOptions final : public program::OptionGroup {
 public:
  ListOptions();
  [[nodiscard]] archive::Order order() const;

 private:
  bool reverse_ = false;
};

/// `healthmetric-receiver list`.
class ListCommand final : public program::Command {
 public:
  explicit ListCommand(std::shared_ptr<const SharedOptions> shared);
  program::ExitStatus run(const program::CommandLine& line) override;

 private:
  std::shared_ptr<const SharedOptions> shared_;
  ListOptions list_;
};

}  // namespace healthmetric::receiver
