#pragma once

#include <memory>
#include <optional>

#include "common/program/command.hpp"
#include "sender/commands/shared_options.hpp"

namespace healthmetric::sender {

/// `healthmetric-sender setup`: the first steps, at a terminal.
class SetupCommand final : public program::Command {
 public:
  explicit SetupCommand(std::shared_ptr<const SharedOptions> shared);

  /// Those of a file or a profile that is yet to be written cannot be read.
  void take_bad_settings(const Error& error) override;
  program::ExitStatus run(const program::CommandLine& line) override;

 private:
  std::shared_ptr<const SharedOptions> shared_;
  std::optional<Error> fault_of_settings_;
};

/// Whether a run that would ask what to send has nothing to send it with: neither a token nor a
/// configuration file.
bool is_nothing_set_up(const Options& options, const SharedOptions& shared);

/// Asks whether to set up the sender now.
bool offer_setup(const Options& options);

/// `healthmetric-sender setup` with the options of another command.
program::ExitStatus set_up_at_terminal(const SharedOptions& shared,
                                       const program::CommandLine& line);

}  // namespace healthmetric::sender
