#include "sender/commands/option_definitions.hpp"

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/payload/relative_path.hpp"
#include "sender/forge/repository.hpp"

namespace healthmetric::sender {
namespace {

constexpr const char* kSourceGroup = "What to send";
constexpr const char* kSelectionGroup = "Which files of a folder";
constexpr const char* kTargetGroup = "Where to";
constexpr const char* kDeliveryGroup = "Delivery";
constexpr const char* kPackingGroup = "Payloads and the outbox";
constexpr const char* kBatchGroup = "Which batches";
constexpr const char* kConfigurationGroup = "Configuration";

constexpr const char* kPrecedence =
    "Every option can also be set as HEALTHMETRIC_<OPTION> (--batch-name: "
    "HEALTHMETRIC_BATCH_NAME) and in sender.toml; the command line wins, then the environment, "
    "then the file. Patterns from all of these form one list, the file's first. If the patterns in "
    "the file, the "
    "environment or on the command line begin with --include, files that no pattern matches are "
    "skipped. With no source, on a terminal, the sender asks.";

/// What is added from now on goes into the group.
void begin_group(CLI::App& app, const char* name) {
  app.option_defaults()->group(name);
}

void check_file_name(const std::string& name) {
  const std::string_view fault = payload::RelativePath::fault_of(name);
  if (!fault.empty()) {
    throw Error(ErrorCode::usage,
                "invalid file name " + in_quotes(name) + ": it " + std::string(fault));
  }
}

void check_part_size(const std::string& text) {
  if (program::parse_size(text) < model::kMinPartBytes) {
    const bool lacks_unit = text.find_first_not_of("0123456789") == std::string::npos;
    throw Error(ErrorCode::usage,
                "the smallest part size is 64K" +
                    (lacks_unit ? fmt::format("; {0} are bytes: did you mean {0}M?", text) : ""));
  }
}

/// A pipe is one, too.
void check_is_file(const std::string& text) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(text, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status)) return;
  throw Error(ErrorCode::usage, "there is no file " + in_quotes(text));
}

void check_timeout(const std::string& text) {
  if (program::parse_duration(text).count() == 0) {
    throw Error(ErrorCode::usage, "must be at least one second");
  }
}

void check_pattern(const std::string& glob) {
  (void)select::PathPatterns({{select::Verdict::exclude, glob}});
}

void add_source_options(CLI::App& app, Options& options, RawOptions& raw) {
  begin_group(app, kSourceGroup);
  auto* paths = app.add_option(program::kPaths, raw.paths, "A folder, or files whatever their type")
                    ->type_name(program::kPaths);
  auto* folder =
      app.add_option("--folder", raw.folder, "Send all files below DIR")->type_name("DIR");
  auto* file = app.add_option("--file", raw.files, "Send FILE, whatever its type; may be repeated")
                   ->type_name("FILE")
                   ->allow_extra_args(false);
  auto* data = app.add_option("--data", raw.data,
                              "Send JSON text as data.json; - reads it from standard input")
                   ->type_name("JSON");
  auto* list = app.add_option("--files-from", raw.files_from,
                              "Send the files that FILE names, one a line, each below --folder "
                              "(default: the current directory); - reads standard input")
                   ->type_name("FILE");
  auto* input = app.add_option("--stdin-name", options.stdin_name,
                               "Send what standard input holds as a file of that NAME, of any type")
                    ->type_name("NAME")
                    ->check(program::check_that(check_file_name));
  folder->excludes(file)->excludes(data);
  file->excludes(data)->excludes(list);
  list->excludes(data);
  paths->excludes(folder)->excludes(data)->excludes(list);
  input->excludes(folder)->excludes(file)->excludes(data)->excludes(list)->excludes(paths);
  app.add_flag("--null", raw.nul_separated,
               "Names in --files-from end with a NUL character instead of a line's end");
  app.add_option("--batch-name", options.batch_name,
                 "Name of the batch, and of its folder in _storage/ (default: the source's name)")
      ->type_name("NAME");
  app.add_flag("--no-identity", raw.no_identity,
               "Leave host, user and source path out of the batch");
}

void add_selection_options(CLI::App& app, RawOptions& raw) {
  begin_group(app, kSelectionGroup);
  app.add_option("--include", raw.includes,
                 "Send what matches GLOB, whatever its type; may be repeated. --include and "
                 "--exclude are one list in the order given: the last match wins, and where the "
                 "list begins with --include, what nothing matches is skipped")
      ->type_name("GLOB")
      ->check(program::check_that(check_pattern))
      ->allow_extra_args(false);
  app.add_option("--exclude", raw.excludes,
                 "Skip what matches GLOB: a name at any depth ('*.tmp.json', 'raw'), or with "
                 "a slash a path below the folder ('2023/**'); may be repeated")
      ->type_name("GLOB")
      ->check(program::check_that(check_pattern))
      ->allow_extra_args(false);
  app.add_flag("--hidden", raw.hidden,
               "Send hidden files and folders too (.git never; .healthmetricignore never)");
  app.add_flag("--no-recursive", raw.no_recursive, "Leave the folder's sub-folders out");
  app.add_flag(
      "--all-types", raw.all_types,
      "Send every file, not only .json .jpg .jpeg .png .gif .bmp .webp .svg .txt .csv .xml");
}

void add_target_options(CLI::App& app, Options& options, RawOptions& raw) {
  begin_group(app, kTargetGroup);
  app.add_option("--repo", options.repository,
                 "Repository, owner/name (default: GITHUB_REPOSITORY, or the origin remote here)")
      ->type_name("REPO");
  app.add_option("--branch", options.branch, "Branch (default: the repository's default branch)")
      ->type_name("NAME")
      ->check(program::check_that(forge::check_branch));
  app.add_option(
         "--api-url", options.api_url,
         "Root of the API (default: GITHUB_API_URL, or " + std::string(kDefaultApiUrl) + ")")
      ->type_name("URL");
  app.add_option("--token-file", options.token_file,
                 "Read the token from FILE (default: GH_TOKEN or GITHUB_TOKEN)")
      ->type_name("FILE");
  app.add_option("--token", raw.token,
                 "a token among the options can be read by others: put it into a file that only "
                 "you can read, and use --token-file FILE, or set GH_TOKEN")
      ->group(program::kRefusedGroup);
  app.add_option("--trigger", raw.trigger,
                 "What starts the receiver: dispatch, push, workflow or none (default dispatch)")
      ->type_name("HOW")
      ->check(program::choice_check({"dispatch", "push", "workflow", "none"}));
  app.add_option("--output", options.output,
                 "Write the payload to DIR/_storage/inbox/ instead of sending it")
      ->type_name("DIR");
}

CLI::Validator wait_check() {
  return {[](std::string& text) { return is_switch(text) ? "" : program::duration_check()(text); },
          ""};
}

void add_delivery_options(CLI::App& app, Options& options, RawOptions& raw) {
  begin_group(app, kDeliveryGroup);
  app.add_option("--wait", raw.wait,
                 "Wait for the receiver's verdict, at most TIME (10m when none is given): the exit "
                 "status is then 8 when it rejected the batch, 11 when time ran out")
      ->type_name("TIME")
      ->check(wait_check())
      ->expected(0, 1)
      ->excludes(app.get_option("--output"));
  app.add_option("--max-wait", raw.max_wait,
                 "Give up after TIME without progress; the batch then waits in the outbox "
                 "(default 5m)")
      ->type_name("TIME")
      ->check(program::duration_check());
  app.add_option("--lock-wait", raw.lock_wait,
                 "Wait up to TIME for another sender to finish delivering (default 0)")
      ->type_name("TIME")
      ->check(program::duration_check());
  app.add_option(
         "--timeout", raw.timeout,
         "Give up a connection on which nothing moves for TIME, and try again (default 60s)")
      ->type_name("TIME")
      ->check(program::check_that(check_timeout));
  app.add_option("--proxy", raw.proxy,
                 "Connect through URL (default: HTTPS_PROXY and NO_PROXY, as curl reads them)")
      ->type_name("URL");
  app.add_option("--ca-bundle", options.network.ca_bundle,
                 "Trust the certificate authorities in FILE (PEM) instead of the system's")
      ->type_name("FILE")
      ->check(program::check_that(check_is_file));
  app.add_flag("--changed-only", raw.changed_only,
               "Skip files that were sent to that repository and branch before and are "
               "unchanged since")
      ->excludes(app.get_option("--output"))
      ->excludes(app.get_option("--data"))
      ->excludes(app.get_option("--stdin-name"));
}

void add_packing_options(CLI::App& app, Options& options, RawOptions& raw,
                         program::LimitOptions& limits) {
  begin_group(app, kPackingGroup);
  app.add_option("--part-size", raw.part_size,
                 "Split the batch into payloads of at most SIZE (default 20M)")
      ->type_name("SIZE")
      ->check(program::check_that(check_part_size));
  app.add_option("--compress", raw.compress, "Compress contents: none or zstd (default none)")
      ->type_name("HOW")
      ->check(program::choice_check({"none", "zstd"}));
  limits.add_to(app);
  app.add_option("--state-dir", options.state_dir,
                 "Where the outbox is (default: $XDG_STATE_HOME/healthmetric)")
      ->type_name("DIR");
  app.add_option("--outbox-limit", raw.outbox_limit,
                 "Queue nothing that would make the outbox larger than SIZE (default 2G)")
      ->type_name("SIZE")
      ->check(program::size_check());
}

void add_configuration_options(CLI::App& app, RawOptions& raw) {
  begin_group(app, kConfigurationGroup);
  app.add_option("--config", raw.config,
                 "Read options from FILE (default: $XDG_CONFIG_HOME/healthmetric/sender.toml)")
      ->type_name("FILE");
  app.add_option("--profile", raw.profile, "Use the section [profile.NAME] of that file, too")
      ->type_name("NAME");
}

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->fallthrough();  // the options of the program stand behind a command, too
  command->set_help_flag("-h,--help", "Print this help and stop")->group(program::kGeneralGroup);
  return command;
}

void add_outbox_commands(CLI::App& app, RawOptions& raw) {
  CLI::App* outbox = add_command(app, kOutbox, "Look after the batches that wait in the outbox");
  outbox->require_subcommand(0, 1);  // who names none, or another, is told which there are
  outbox->footer("They take " + program::list_of(kOutboxOptions) +
                 "; with --repo, list and retry look at the batches for that repository alone.");
  add_command(*outbox, "list", "List them: what waits, since when, for where, and why");
  add_command(*outbox, "retry",
              "Deliver them now, those that were refused too, or only the batches named")
      ->add_option("ID", raw.batch_ids, "A batch's id")
      ->group(kBatchGroup)
      ->type_name("");
  add_command(*outbox, "drop", "Remove a batch that was not delivered: its files count as unsent")
      ->add_option("ID", raw.batch_ids, "A batch's id")
      ->group(kBatchGroup)
      ->type_name("")
      ->required();
}

}  // namespace

bool is_switch(const std::string& text) {
  return text.empty() || text == "true" || text == "false";
}

void define_options(CLI::App& app, Options& options, RawOptions& raw,
                    program::LimitOptions& limits) {
  program::set_up_command_line(app, "healthmetric-sender");
  add_source_options(app, options, raw);
  add_selection_options(app, raw);
  add_target_options(app, options, raw);
  add_delivery_options(app, options, raw);
  add_packing_options(app, options, raw, limits);
  add_configuration_options(app, raw);
  begin_group(app, program::kGeneralGroup);
  app.add_flag("--dry-run", options.dry_run,
               "Show what would be sent; needs no token and no network");
  app.add_flag("--no-progress", options.no_progress, "Show no progress on stderr");
  app.add_flag("--json", options.json, "Print the result as one JSON object");
  program::add_log_options(app, raw.verbose, raw.quiet, options.log_file);
  add_outbox_commands(app, raw);
  program::expand_home_in_paths(app);
  app.footer(kPrecedence);
}

}  // namespace healthmetric::sender
