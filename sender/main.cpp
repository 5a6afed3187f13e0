#include <iostream>
#include <memory>

#include "common/platform/clock.hpp"
#include "common/platform/file.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/terminal.hpp"
#include "common/program/exit_status.hpp"
#include "common/program/log.hpp"
#include "sender/commands/options.hpp"
#include "sender/commands/outbox.hpp"
#include "sender/commands/plan.hpp"
#include "sender/commands/questions.hpp"
#include "sender/commands/send.hpp"
#include "sender/http/curl_http.hpp"
#include "sender/terminal/progress_line.hpp"

namespace {

using namespace healthmetric;

constexpr const char* kProgram = "healthmetric-sender";

std::unique_ptr<model::Progress> progress_for(const sender::Options& options,
                                              platform::Clock& clock) {
  const bool is_shown = !options.no_progress && options.verbosity != log::Verbosity::quiet;
  return is_shown ? terminal::standard_error_progress(clock) : std::make_unique<model::Progress>();
}

program::ExitStatus show_plan(const sender::Options& options, const sender::Plan& plan) {
  if (options.json) {
    platform::print(sender::to_json_text(plan) + "\n");
  } else {
    platform::print(sender::files_text(plan) + sender::to_text(plan));
  }
  return plan.status;
}

program::ExitStatus look_after_outbox(const sender::Options& options, platform::Clock& clock,
                                      model::Progress& progress) {
  http::CurlTransport transport(options.network);
  const sender::OutboxReport report =
      sender::run_outbox_command(options, transport, clock, progress);
  const bool is_asked_for =
      options.json || options.outbox_command->action == sender::OutboxCommand::Action::list;
  if (is_asked_for || options.verbosity != log::Verbosity::quiet) platform::print(report.text);
  return report.status;
}

program::ExitStatus run(int argc, const char* const* argv) {
  platform::occupy_standard_descriptors();
  platform::survive_file_size_limit();
  platform::survive_broken_pipes();
  log::set_up({kProgram});
  sender::CommandLine command_line;
  auto options = command_line.parse(argc, argv);
  if (!options) return program::ExitStatus::success;
  log::set_up({kProgram, options->verbosity, options->log_file});
  for (const std::string& notice : options->notices) log::warning(notice);

  platform::SystemClock clock;
  const bool asks =
      !options->source && !options->outbox_command && platform::somebody_can_be_asked();
  platform::watch_for_signals();
  const auto make_progress = [&] { return progress_for(*options, clock); };
  if (asks && !sender::ask_at_terminal(*options, clock, make_progress)) {
    platform::print("nothing sent\n");
    return program::ExitStatus::success;
  }
  auto progress = make_progress();
  if (options->outbox_command) return look_after_outbox(*options, clock, *progress);
  if (options->dry_run) {
    const sender::Plan plan = sender::make_plan(*options, clock, *progress);
    progress.reset();
    return show_plan(*options, plan);
  }
  http::CurlTransport transport(options->network);
  const sender::Outcome outcome = sender::send(*options, transport, clock, *progress);
  progress.reset();
  log::record(sender::to_line(outcome));
  if (options->json) {
    platform::print(sender::to_json_text(outcome) + "\n");
  } else if (options->verbosity != log::Verbosity::quiet) {
    platform::print(sender::to_line(outcome) + "\n");
  }
  if (asks) std::cerr << sender::what_next(*options, outcome);
  return outcome.status;
}

}  // namespace

int main(int argc, char** argv) {
  return healthmetric::program::run_guarded([&] { return run(argc, argv); });
}
