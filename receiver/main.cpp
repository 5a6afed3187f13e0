#include "common/archive/storage.hpp"
#include "common/platform/clock.hpp"
#include "common/platform/file.hpp"
#include "common/program/exit_status.hpp"
#include "common/program/log.hpp"
#include "receiver/commands/markdown.hpp"
#include "receiver/commands/options.hpp"
#include "receiver/commands/receive.hpp"
#include "receiver/commands/report.hpp"
#include "receiver/commands/verify.hpp"

namespace {

using namespace healthmetric;
using receiver::Options;

constexpr const char* kProgram = "healthmetric-receiver";

/// Shows the result in the form that was asked for.
template <typename Result>
void show(const Options& options, const Result& result) {
  log::record(receiver::to_line(result));
  if (options.json) {
    platform::print(receiver::to_json_text(result) + "\n");
  } else if (options.verbosity != log::Verbosity::quiet) {
    platform::print(receiver::to_line(result) + "\n");
  }
}

archive::Storage::Lock lock_for(const Options& options) {
  if (options.command == receiver::Command::verify) return archive::Storage::Lock::shared;
  const bool writes = options.mode != receiver::Mode::verify_only;
  return writes ? archive::Storage::Lock::exclusive : archive::Storage::Lock::none;
}

program::ExitStatus receive_batches(archive::Storage& storage, const Options& options,
                                    platform::Clock& clock) {
  const receiver::Report report = receiver::receive(storage, options, clock);
  if (!options.summary_markdown.empty()) {
    platform::write_file_atomically(options.summary_markdown,
                                    receiver::to_markdown(report, storage));
  }
  show(options, report);
  if (report.is_any_stuck()) return program::ExitStatus::io;
  const bool all_done =
      report.count(receiver::BatchReport::Status::rejected) == 0 && report.not_retried.empty();
  return all_done ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

program::ExitStatus verify_files(archive::Storage& storage, const Options& options,
                                 platform::Clock& clock) {
  const bool quiet = options.verbosity == log::Verbosity::quiet;
  const receiver::Audit audit =
      receiver::audit(storage, options.limits, clock,
                      quiet ? receiver::ShowProgress::no : receiver::ShowProgress::yes);
  show(options, audit);
  return audit.found == 0 ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

program::ExitStatus run(int argc, const char* const* argv) {
  platform::occupy_standard_descriptors();
  platform::survive_file_size_limit();
  platform::survive_broken_pipes();
  log::set_up({kProgram});
  const auto options = receiver::CommandLine().parse(argc, argv);
  if (!options) return program::ExitStatus::success;
  const auto set_up_log = [&] {
    log::set_up({kProgram, options->verbosity, options->log_file, options->needs_log});
  };
  // Where there is no storage, a log that nobody asked for would lie in the wrong place.
  if (options->needs_log) set_up_log();
  archive::Storage storage(options->storage, lock_for(*options));
  if (!options->needs_log) set_up_log();
  for (const std::string& notice : options->notices) log::warning(notice);
  platform::SystemClock clock;
  return options->command == receiver::Command::verify ? verify_files(storage, *options, clock)
                                                       : receive_batches(storage, *options, clock);
}

}  // namespace

int main(int argc, char** argv) {
  return healthmetric::program::run_guarded([&] { return run(argc, argv); });
}
