#pragma once

#include <memory>

#include "common/platform/clock.hpp"
#include "common/program/command_line.hpp"
#include "common/program/option_groups.hpp"
#include "sender/commands/configuration.hpp"
#include "sender/commands/network_options.hpp"
#include "sender/commands/options.hpp"
#include "sender/commands/payload_options.hpp"
#include "sender/commands/target_options.hpp"
#include "sender/model/progress.hpp"

/// What the sender's commands share: groups of options, and how they apply to every run.

namespace healthmetric::sender {

/// --dry-run.
class DryRunOption final : public program::OptionGroup {
 public:
  DryRunOption();
  [[nodiscard]] bool dry_run() const { return dry_run_; }

 private:
  bool dry_run_ = false;
};

/// --no-progress.
class ProgressOption final : public program::OptionGroup {
 public:
  ProgressOption();
  [[nodiscard]] bool no_progress() const { return no_progress_; }

 private:
  bool no_progress_ = false;
};

/// Whether a `quiet` of the environment or a file counts. It is meant for runs that nobody watches.
enum class Quiet { from_anywhere, on_command_line_only };

struct SharedOptions {
  RepositoryOption repository;
  TargetOptions target;
  TokenOptions token;
  NetworkOptions network;
  OutboxOptions outbox;
  ConfigurationOptions configuration;
  DryRunOption dry_run;
  ProgressOption progress;
  program::JsonOption json;
  program::LogOptions log;

  /// All but the repository, the target and --dry-run. Throws Error{usage}.
  void put_into(Options& options, const program::CommandLine& line, Uses uses,
                Quiet quiet = Quiet::from_anywhere) const;
};

/// Sets up the log, logs the warnings about options and environment, and defers signals to the next
/// safe moment.
void begin_run(const Options& options);

/// The display of a run's progress; one that shows nothing if the options say so.
std::unique_ptr<model::Progress> progress_for(const Options& options, platform::Clock& clock);

}  // namespace healthmetric::sender
