#include <iostream>

#include "common/clock.hpp"
#include "common/exit_status.hpp"
#include "common/file_io.hpp"
#include "common/log.hpp"
#include "receiver/audit.hpp"
#include "receiver/markdown.hpp"
#include "receiver/options.hpp"
#include "receiver/receive.hpp"
#include "receiver/report.hpp"
#include "receiver/storage.hpp"

namespace {

using namespace healthmetric;
using receiver::Options;

constexpr const char* kProgram = "healthmetric-receiver";

/// Prints the result in the form that was asked for.
template <typename Result>
void print(const Options& options, const Result& result) {
  log::record(to_line(result));
  if (options.json) {
    std::cout << to_json_text(result) << '\n';
  } else if (options.verbosity != log::Verbosity::quiet) {
    std::cout << to_line(result) << '\n';
  }
  flush_standard_output();
}

ExitStatus receive(const Options& options, Clock& clock) {
  const bool writes = options.mode != receiver::Mode::verify_only;
  Storage storage(options.storage, writes ? Storage::Lock::exclusive : Storage::Lock::none);
  const Report report = receiver::receive(storage, options, clock);
  if (!options.summary_markdown.empty()) {
    write_file_atomically(options.summary_markdown, to_markdown(report, storage));
  }
  print(options, report);
  const bool all_done =
      report.count(BatchReport::Status::rejected) == 0 && report.not_retried.empty();
  return all_done ? ExitStatus::success : ExitStatus::partly_done;
}

ExitStatus verify(const Options& options, Clock& clock) {
  Storage storage(options.storage, Storage::Lock::shared);
  const bool quiet = options.verbosity == log::Verbosity::quiet;
  const receiver::Audit audit =
      receiver::audit(storage, options.limits, clock,
                      quiet ? receiver::ShowProgress::no : receiver::ShowProgress::yes);
  print(options, audit);
  return audit.found == 0 ? ExitStatus::success : ExitStatus::partly_done;
}

ExitStatus run(int argc, const char* const* argv) {
  occupy_standard_descriptors();
  survive_file_size_limit();
  log::set_up({kProgram});
  const auto options = receiver::CommandLine().parse(argc, argv);
  if (!options) return ExitStatus::success;
  log::set_up({kProgram, options->verbosity, options->log_file});
  for (const std::string& notice : options->notices) log::warning(notice);
  SystemClock clock;
  return options->command == receiver::Command::verify ? verify(*options, clock)
                                                       : receive(*options, clock);
}

}  // namespace

int main(int argc, char** argv) {
  return healthmetric::run_guarded([&] { return run(argc, argv); });
}
