#include <algorithm>
#include <filesystem>
#include <iostream>

#include "common/base/version.hpp"
#include "common/platform/file.hpp"
#include "common/program/command.hpp"
#include "common/program/exit_status.hpp"
#include "docs/reference/completion.hpp"
#include "docs/reference/man_page.hpp"
#include "receiver/commands/program.hpp"
#include "sender/commands/program.hpp"

/// Writes the manual pages and shell completions of both programs into a folder, from the very
/// lists of commands that the programs run.

namespace {

using namespace healthmetric;
namespace fs = std::filesystem;

/// Those of all commands: shells need not know which command is meant.
std::vector<OptionFacts> all_options(const ManPage& page) {
  std::vector<OptionFacts> all = page.options;
  for (const CommandFacts& command : page.commands) {
    for (const OptionFacts& option : command.own_options) {
      const auto is_it = [&](const OptionFacts& other) { return other.name == option.name; };
      if (std::none_of(all.begin(), all.end(), is_it)) all.push_back(option);
    }
  }
  return all;
}

void write_all(const fs::path& folder, const ManPage& page) {
  const std::vector<OptionFacts> options = all_options(page);
  const Operands operands = page.operand.empty() ? Operands::none : Operands::paths;
  const auto write = [&](const std::string& name, const std::string& text) {
    platform::write_file_atomically(folder / name, text);
  };
  write(page.program + ".1", to_roff(page));
  write(page.program + ".bash", bash_completion(page.program, options, page.commands, operands));
  write("_" + page.program, zsh_completion(page.program, options, page.commands, operands));
  write(page.program + ".fish", fish_completion(page.program, options, page.commands, operands));
}

ManPage page_of(const program::Program& program) {
  ManPage page;
  page.program = program.name;
  page.version = kVersion;
  page.date = HEALTHMETRIC_VERSION_DATE;
  page.description = program.main_command().help() + "\n" + program.main_command().notes();
  page.operand = operand_of(program.main_command());
  page.options = describe_options(program);
  page.commands = describe_commands(program);
  return page;
}

std::vector<std::pair<std::string, std::string>> all_exit_statuses() {
  std::vector<std::pair<std::string, std::string>> statuses;
  for (const auto& [status, meaning] : program::exit_status_meanings()) {
    statuses.emplace_back(std::to_string(static_cast<int>(status)), meaning);
  }
  return statuses;
}

/// It sends nothing and packs nothing.
std::vector<std::pair<std::string, std::string>> receiver_exit_statuses() {
  return {{"0", "all done, or nothing was waiting"},
          {"1", "a defect in the program"},
          {"2", "usage: an option, no such folder"},
          {"4",
           "a batch was rejected, the others are stored; verify found something, or list could not "
           "read "
           "a summary"},
          {"9", "another receiver is at work"},
          {"10", "local input or output: disk full, no permission"},
          {"130", "interrupted; the next run does what is left"},
          {"143", "terminated; the next run does what is left"}};
}

ManPage sender_page(const program::Program& program) {
  ManPage page = page_of(program);
  page.summary = "send health metrics to a GitHub repository";
  page.environment = {
      {"HEALTHMETRIC_<OPTION>", "The value of an option, if it is not on the command line."},
      {"GH_TOKEN, GITHUB_TOKEN", "The token for github.com."},
      {"GH_ENTERPRISE_TOKEN, GITHUB_ENTERPRISE_TOKEN", "The token for other hosts."},
      {"GITHUB_REPOSITORY", "The repository, where --repo is not given."},
      {"GITHUB_API_URL", "The root of the API, where --api-url is not given."},
      {"HTTPS_PROXY, NO_PROXY", "As curl(1) reads them."},
      {"XDG_CONFIG_HOME", "Where healthmetric/sender.toml is (default: ~/.config)."},
      {"XDG_STATE_HOME", "Where healthmetric/, with the outbox, is (default: ~/.local/state)."},
      {"NO_COLOR, TERM",
       "With NO_COLOR set, without TERM, or with TERM=dumb, no line of progress is drawn."},
      {"TMPDIR",
       "Where ignore files are handed to git(1), and the list of a large batch is kept (default: "
       "/tmp)."},
  };
  page.exit_statuses = all_exit_statuses();
  page.files = {
      {"~/.config/healthmetric/sender.toml", "Options, and profiles of options."},
      {"~/.local/state/healthmetric/outbox/", "Batches that wait for delivery."},
      {"~/.local/state/healthmetric/sent.db", "What was sent, for --changed-only."},
      {"~/.local/state/healthmetric/history/", "Answers that were given to questions."},
      {".healthmetricignore", "In a source folder: what not to send, as gitignore(5) writes it."},
  };
  page.examples = {
      {"healthmetric-sender exports --repo you/health-data", "Send a folder"},
      {"healthmetric-sender --folder exports --dry-run", "See what that would send"},
      {"healthmetric-sender --profile nightly", "Send what a profile says, as from cron"},
      {"healthmetric-sender --folder exports --changed-only --wait",
       "Send what is new, and see it stored"},
      {"healthmetric-sender outbox list", "See what waits, and why"},
  };
  page.see_also = {"healthmetric-receiver", "git", "gh"};
  return page;
}

ManPage receiver_page(const program::Program& program) {
  ManPage page = page_of(program);
  page.summary = "unpack batches of health metrics into a storage folder";
  page.environment = {
      {"HEALTHMETRIC_<OPTION>", "The value of an option, if it is not on the command line."},
  };
  page.exit_statuses = receiver_exit_statuses();
  page.files = {
      {"_storage/inbox/", "Payloads that wait."},
      {"_storage/summaries/", "What became of each batch."},
      {"_storage/rejected/", "Payloads that were not stored, each with its reason."},
      {"receiver.log", "Every message, with its time; not with --dry-run, list and verify."},
  };
  page.examples = {
      {"healthmetric-receiver --dry-run", "Verify what waits in ./_storage"},
      {"healthmetric-receiver list --since 7d", "See what was stored in the last seven days"},
      {"healthmetric-receiver status", "See which producers send, and which have stopped"},
      {"healthmetric-receiver verify", "Compare what is stored there with its summaries"},
      {"healthmetric-receiver --retry-rejected --max-file-size 200M",
       "Try what was rejected again, with a higher limit"},
  };
  page.see_also = {"healthmetric-sender", "git"};
  return page;
}

program::ExitStatus run(int argc, const char* const* argv) {
  if (argc != 2) throw Error(ErrorCode::usage, "usage: healthmetric-reference FOLDER");
  const fs::path folder = argv[1];
  fs::create_directories(folder);
  write_all(folder, sender_page(sender::make_program()));
  write_all(folder, receiver_page(receiver::make_program()));
  return program::ExitStatus::success;
}

}  // namespace

int main(int argc, char** argv) {
  return healthmetric::program::run_guarded([&] { return run(argc, argv); });
}
