#include "sender/commands/send_command.hpp"

#include <iostream>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/platform/file.hpp"
#include "common/platform/terminal.hpp"
#include "common/platform/user_dirs.hpp"
#include "common/program/option_values.hpp"
#include "common/program/show_result.hpp"
#include "sender/commands/plan.hpp"
#include "sender/commands/questions.hpp"
#include "sender/commands/send.hpp"
#include "sender/commands/setup_command.hpp"
#include "sender/forge/forge_type.hpp"
#include "sender/http/curl_http.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {
namespace {

constexpr const char* kDefaultWait = "10m";
constexpr const char* kDefaultHeartbeat = "1d";

void check_wait(const std::string& text) {
  if (!program::is_switch(text)) program::check_duration(text);
}

void check_heartbeat(const std::string& text) {
  if (!program::is_switch(text)) program::check_period(text);
}

/// One such file would have the receiver reject the batch, with all that is good in it.
void check_file_limit(const Options& options) {
  if (!options.output.empty()) return;
  if (options.limits.max_file_bytes <= payload::Limits{}.max_file_bytes) return;
  const http::Url api = http::api_root(options.api_url, options.api_url_place);
  const forge::ForgeType& type = forge::type_of(api);
  const auto most = type.max_file_bytes(api);
  if (!most) return;
  throw Error(ErrorCode::usage,
              fmt::format("--max-file-size: {} takes no file over {} MiB, nor does a receiver by "
                          "default: choose {}M or less",
                          type.name(), *most / payload::kMiB, *most / payload::kMiB));
}

void show(const Options& options, const Plan& plan) {
  if (options.json) {
    platform::print(to_json_text(plan) + "\n");
  } else {
    platform::print(files_text(plan) + to_text(plan));
  }
}

}  // namespace

SendOptions::SendOptions() : OptionGroup(kDeliveryGroup) {
  add({.name = "output",
       .value = "DIR",
       .help = "Write the payload to DIR/_storage/inbox/ instead of sending it",
       .goes_to = &output_,
       .excludes = {"inbox-branch"},
       .heading = kTargetGroup});
  add({.name = "wait",
       .value = "TIME",
       .help = "Wait for the receiver's verdict, at most TIME (10m when none is given): the exit "
               "status is then 8 when it rejected the batch, 11 when time ran out",
       .goes_to = &wait_,
       .check = check_wait,
       .excludes = {"output"},
       .value_is_optional = true});
  add({.name = "changed-only",
       .help = "Skip files that were sent to that repository and branch before and are "
               "unchanged since",
       .goes_to = &changed_only_,
       .excludes = {"output", "data", "stdin-name"}});
  add({.name = "allow-empty",
       .help = "Record deletions even if nothing is left of what was sent from the folder before",
       .goes_to = &allow_empty_,
       .excludes = {"output", "data", "stdin-name"}});
  add({.name = "heartbeat",
       .value = "TIME",
       .help = "If there is nothing to send and nothing was delivered for TIME (1d when none is "
               "given), send a batch without files, to show that this machine is alive",
       .goes_to = &heartbeat_,
       .check = check_heartbeat,
       .excludes = {"output"},
       .value_is_optional = true});
  add({.name = "warn-after",
       .value = "TIME",
       .help = "If something waits in the outbox and nothing was delivered for TIME, say so, even "
               "with --quiet, and end with status 4 or more",
       .goes_to = &warn_after_,
       .check = program::check_period,
       .excludes = {"output"}});
}

void SendOptions::put_into(Options& options, const program::CommandLine& line) const {
  options.output = output_;
  options.allow_empty = allow_empty_;
  options.changes = changed_only_ ? Changes::send_changed : Changes::send_all;
  if (line.is_given("wait") && wait_ != "false") {
    options.wait = program::parse_duration(program::is_switch(wait_) ? kDefaultWait : wait_);
  }
  if (!warn_after_.empty()) options.warn_after = program::parse_period(warn_after_);
  if (line.is_given("heartbeat") && heartbeat_ != "false") {
    options.heartbeat =
        program::parse_period(program::is_switch(heartbeat_) ? kDefaultHeartbeat : heartbeat_);
  }
}

SendCommand::SendCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("",
              "Packs a folder, files or JSON into one batch and sends it to a GitHub repository, "
              "whose workflow stores it. What cannot be delivered waits in the outbox for the next "
              "run."),
      shared_(std::move(shared)) {
  take(source_, patterns_, selection_, shared_->repository, shared_->target, shared_->token, own_,
       shared_->network, payload_, shared_->outbox, limits_, shared_->configuration,
       shared_->dry_run, shared_->progress, shared_->json, shared_->log);
  add_notes(
      "Every option can also be set as HEALTHMETRIC_<OPTION> (--batch-name: "
      "HEALTHMETRIC_BATCH_NAME) and in sender.toml; the command line wins, then the environment, "
      "then the file. Patterns from all of these form one list, the file's first. If the patterns "
      "in the file, the environment or on the command line begin with --include, files that no "
      "pattern matches are skipped. With no source, on a terminal, the sender asks.");
}

Options SendCommand::options(const program::CommandLine& line) const {
  Options options;
  source_.put_into(options, line);
  options.rules = selection_.rules(patterns_.patterns(line));
  options.limits = limits_.limits();
  options.dry_run = shared_->dry_run.dry_run();
  payload_.put_into(options);
  own_.put_into(options, line);
  options.repository = shared_->repository.repository();
  shared_->target.put_into(options);
  check_file_limit(options);
  const bool stays_here = options.dry_run || !options.output.empty();
  shared_->put_into(options, line, stays_here ? Uses::this_machine_alone : Uses::network);
  const bool needs_state =
      options.output.empty() &&
      (!options.dry_run || options.changes == Changes::send_changed || options.heartbeat);
  if (options.state_dir.empty()) {
    options.state_dir = needs_state ? default_state_dir() : platform::state_folder().value_or("");
  }
  return options;
}

program::ExitStatus SendCommand::run(const program::CommandLine& line) {
  Options chosen = options(line);
  begin_run(chosen);
  platform::SystemClock clock;
  const auto make_progress = [&] { return progress_for(chosen, clock); };
  const bool asks = !chosen.source && platform::is_interactive_terminal();
  if (asks && is_nothing_set_up(chosen, *shared_)) {
    if (offer_setup(chosen)) return set_up_at_terminal(*shared_, line);
  }
  if (asks && !ask_at_terminal(chosen, clock, make_progress)) {
    platform::print("nothing sent\n");
    return program::ExitStatus::success;
  }
  auto progress = make_progress();
  if (chosen.dry_run) {
    const Plan plan = make_plan(chosen, clock, *progress);
    progress.reset();
    show(chosen, plan);
    return plan.status;
  }
  http::CurlTransport transport(chosen.network);
  const Outcome outcome = send(chosen, transport, clock, *progress);
  progress.reset();
  program::show_result(chosen, outcome);
  if (asks) std::cerr << what_next(chosen, outcome);
  return outcome.status;
}

}  // namespace healthmetric::sender
