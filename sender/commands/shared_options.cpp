#include "sender/commands/shared_options.hpp"

#include <string>

#include "common/platform/interruption.hpp"
#include "common/platform/user_dirs.hpp"
#include "sender/commands/program.hpp"
#include "sender/commands/receiver_variables.hpp"
#include "sender/terminal/progress_line.hpp"

namespace healthmetric::sender {
namespace {

/// The log file in a systemd unit that has a folder for it; "" elsewhere. Nobody asked for it by
/// name, so it is only a warning if it cannot be written.
std::filesystem::path log_file_of_unit() {
  const auto folder = platform::logs_folder();
  return folder ? *folder / "sender.log" : std::filesystem::path();
}

}  // namespace

DryRunOption::DryRunOption() : OptionGroup(program::kGeneralGroup) {
  add({.name = "dry-run",
       .help = "Show what would be sent; needs no token and no network",
       .goes_to = &dry_run_});
}

ProgressOption::ProgressOption() : OptionGroup(program::kGeneralGroup) {
  add({.name = "no-progress", .help = "Show no progress on stderr", .goes_to = &no_progress_});
}

void SharedOptions::put_into(Options& options, const program::CommandLine& line, Uses uses,
                             Quiet quiet) const {
  options.token_file = token.file();
  outbox.put_into(options);
  options.notices = line.unknown_variables(program::Told::all, kReceiverVariables);
  std::string notice = network.notice_of_password(line, configuration.file());
  if (!notice.empty()) options.notices.push_back(std::move(notice));
  network.put_into(options, uses);
  options.no_progress = progress.no_progress();
  options.json = json.json();
  const bool may_be_quiet = quiet == Quiet::from_anywhere || line.is_on_command_line("quiet");
  options.verbosity = may_be_quiet ? log.verbosity() : log.verbosity_but_for_quiet();
  options.log_file = log.file();
  if (options.log_file.empty() && !dry_run.dry_run()) options.log_file = log_file_of_unit();
}

void begin_run(const Options& options) {
  const bool is_needed = options.log_file != log_file_of_unit();
  log::set_up({kProgramName, options.verbosity, options.log_file, is_needed});
  for (const std::string& notice : options.notices) log::warning(notice);
  platform::watch_for_signals();
}

std::unique_ptr<model::Progress> progress_for(const Options& options, platform::Clock& clock) {
  const bool is_shown = !options.no_progress && options.verbosity != log::Verbosity::quiet;
  return is_shown ? terminal::standard_error_progress(clock) : std::make_unique<model::Progress>();
}

}  // namespace healthmetric::sender
