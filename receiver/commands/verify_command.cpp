#include "receiver/commands/verify_command.hpp"

#include <utility>

#include "common/platform/clock.hpp"
#include "common/program/show_result.hpp"
#include "receiver/commands/verify.hpp"

namespace healthmetric::receiver {

VerifyCommand::VerifyCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("verify", "Compare the stored files with the summaries, and change nothing"),
      shared_(std::move(shared)) {
  take(shared_->storage, shared_->json, shared_->log);
}

program::ExitStatus VerifyCommand::run(const program::CommandLine& line) {
  constexpr bool kChangesNothing = true;
  const RunOptions options = shared_->of_run(line, kChangesNothing);
  archive::StorageReader storage = open_storage_to_read(options, line);
  storage.lock_shared();
  platform::SystemClock clock;
  const bool quiet = options.verbosity == log::Verbosity::quiet;
  const Audit found =
      audit(storage, shared_->limits.limits(), clock, quiet ? ShowProgress::no : ShowProgress::yes);
  program::show_result(options, found);
  return found.found == 0 ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::receiver
