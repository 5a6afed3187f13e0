#include "receiver/commands/options.hpp"

#include <array>
#include <string_view>

#include "common/base/error.hpp"
#include "common/program/command_line.hpp"
#include "common/program/option_values.hpp"
#include "receiver/commands/git_repository.hpp"

namespace healthmetric::receiver {
namespace {

constexpr std::array<std::string_view, 5> kVerifyOptions = {"storage", "json", "verbose", "quiet",
                                                            "log-file"};

}  // namespace

struct CommandLine::Definition {
  CLI::App app{
      "Unpacks the batches that wait in a storage folder: files to _storage/<batch>/, one summary "
      "a batch to _storage/summaries/. A bad payload goes to _storage/rejected/ with its reason."};
  Options options;
  program::LimitOptions limits;
  std::string name_template{unpack::NameTemplate::kDefault};
  std::filesystem::path reject_list;
  std::string git_blob_ids = "auto";
  bool keep_payloads = false;
  bool dry_run = false;
  bool retry_rejected = false;
  CLI::App* verify = nullptr;
  unsigned incomplete_after_days = 7;
  bool verbose = false;
  bool quiet = false;

  Definition() {
    program::set_up_command_line(app, "healthmetric-receiver");
    app.option_defaults()->group("Storage");
    add_storage_options();
    app.option_defaults()->group(program::kGeneralGroup);
    app.add_option("--summary-markdown", options.summary_markdown,
                   "Write a summary of the run to FILE, as Markdown")
        ->type_name("FILE");
    app.add_flag("--json", options.json, "Print the result as one JSON object");
    limits.add_to(app);
    program::add_log_options(app, verbose, quiet, options.log_file);
    verify =
        app.add_subcommand("verify", "Compare the stored files with the summaries; change nothing");
    verify->fallthrough();
    verify->set_help_flag("-h,--help", "Print this help and stop")->group(program::kGeneralGroup);
    program::expand_home_in_paths(app);
    verify->footer("It takes " + program::list_of(kVerifyOptions) + ".");
    app.footer(
        "Every option can also be set as HEALTHMETRIC_<OPTION> (--name-template: "
        "HEALTHMETRIC_NAME_TEMPLATE); the command line wins.");
  }

  void add_storage_options() {
    app.add_option("--storage", options.storage, "The storage folder (default _storage)")
        ->type_name("DIR");
    app.add_option("--name-template", name_template,
                   "Where files are stored, with the fields {batch} {dir} {stem} {ext} {timestamp} "
                   "{id} {year} {month} {day} {batch_id} (default " +
                       std::string(unpack::NameTemplate::kDefault) + ")")
        ->type_name("PATTERN");
    app.add_flag("--keep-payloads", keep_payloads, "Leave payloads where they are once stored");
    auto* dry_run_flag = app.add_flag("--dry-run", dry_run, "Verify what waits and change nothing");
    app.add_flag("--retry-rejected", retry_rejected,
                 "First move rejected payloads back into the inbox")
        ->excludes(dry_run_flag);
    app.add_option(
           "--incomplete-after", incomplete_after_days,
           "Reject a batch of which parts are missing DAYS after the last one came (default 7)")
        ->type_name("DAYS")
        ->check(program::number_check(0, 3650));
    app.add_option("--git-blob-ids", git_blob_ids,
                   "Record the id git gives each file: always, never, or auto: when the storage "
                   "folder lies in a git repository (default auto)")
        ->type_name("WHEN")
        ->check(program::choice_check({"auto", "always", "never"}));
    app.add_option("--reject-list", reject_list,
                   "Reject the payloads that FILE names, a JSON object of paths below the storage "
                   "folder and reasons")
        ->type_name("FILE");
  }

  Options finish() {
    if (verify->parsed()) options.command = Command::verify;
    if (retry_rejected) options.rejected_payloads = RejectedPayloads::retry;
    options.name_template = unpack::NameTemplate(name_template);
    options.limits = limits.limits();
    const bool wants_git_blob_ids =
        git_blob_ids == "always" ||
        (git_blob_ids == "auto" && is_in_git_repository(options.storage));
    options.git_blob_ids =
        wants_git_blob_ids ? unpack::GitBlobIds::compute : unpack::GitBlobIds::none;
    if (!reject_list.empty()) options.reject_list = unpack::read_reject_list(reject_list);
    options.verbosity = program::verbosity(verbose, quiet);
    // The sender's variables may stand in the same environment.
    options.notices = program::unknown_variables(app, program::Told::what_is_near, {});
    options.incomplete_after = std::chrono::days(incomplete_after_days);
    if (keep_payloads) options.mode = Mode::store_and_keep_payloads;
    if (dry_run) options.mode = Mode::verify_only;
    const bool changes_nothing = dry_run || verify->parsed();
    options.needs_log = app.count("--log-file") > 0;
    if (changes_nothing && !options.needs_log) options.log_file.clear();
    return options;
  }
};

CommandLine::CommandLine() : definition_(std::make_unique<Definition>()) {}
CommandLine::~CommandLine() = default;

const CLI::App& CommandLine::app() const {
  return definition_->app;
}

std::optional<Options> CommandLine::parse(int argc, const char* const* argv) {
  CLI::App& app = definition_->app;
  if (program::parse_command_line(app, argc, argv) == program::Parsed::help_shown) return {};
  if (definition_->verify->parsed()) {
    program::refuse_other_options(app, "verify", kVerifyOptions);
  }
  program::apply_settings(app, argc, argv, {program::environment_settings(app)});
  return definition_->finish();
}

}  // namespace healthmetric::receiver
