#include "sender/commands/shared_options.hpp"

#include <string>

#include "common/platform/interruption.hpp"
#include "sender/commands/program.hpp"
#include "sender/commands/receiver_variables.hpp"
#include "sender/terminal/progress_line.hpp"

namespace healthmetric::sender {

DryRunOption::DryRunOption() : OptionGroup(program::kGeneralGroup) {
  add({.name = "dry-run",
       .help = "Show what would be sent; needs no token and no network",
       .goes_to = &dry_run_});
}

ProgressOption::ProgressOption() : OptionGroup(program::kGeneralGroup) {
  add({.name = "no-progress", .help = "Show no progress on stderr", .goes_to = &no_progress_});
}

void SharedOptions::put_into(Options& options, const program::CommandLine& line, Uses uses) const {
  options.token_file = token.file();
  outbox.put_into(options);
  options.notices = line.unknown_variables(program::Told::all, kReceiverVariables);
  std::string notice = network.notice_of_password(line, configuration.file());
  if (!notice.empty()) options.notices.push_back(std::move(notice));
  network.put_into(options, uses);
  options.no_progress = progress.no_progress();
  options.json = json.json();
  options.verbosity = log.verbosity();
  options.log_file = log.file();
}

void begin_run(const Options& options) {
  log::set_up({kProgramName, options.verbosity, options.log_file});
  for (const std::string& notice : options.notices) log::warning(notice);
  platform::watch_for_signals();
}

std::unique_ptr<model::Progress> progress_for(const Options& options, platform::Clock& clock) {
  const bool is_shown = !options.no_progress && options.verbosity != log::Verbosity::quiet;
  return is_shown ? terminal::standard_error_progress(clock) : std::make_unique<model::Progress>();
}

}  // namespace healthmetric::sender
