#include "receiver/options.hpp"

#include "common/command_line.hpp"

namespace healthmetric::receiver {
namespace {

constexpr unsigned kDefaultIncompleteAfterDays = 7;

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv) {
  Options options;
  CLI::App app(
      "Unpacks the batches that wait in a storage folder: files to _storage/<batch>/, one summary "
      "a batch to _storage/summaries/. A bad payload goes to _storage/rejected/ with its reason.");
  set_up_command_line(app, "healthmetric-receiver");

  app.add_option("--storage", options.storage, "The storage folder (default _storage)")
      ->type_name("DIR");
  std::string name_template(NameTemplate::kDefault);
  app.add_option("--name-template", name_template,
                 "Where files are stored, with the fields {batch} {dir} {stem} {ext} {timestamp} "
                 "{id} {year} {month} {day} {batch_id} (default " +
                     std::string(NameTemplate::kDefault) + ")")
      ->type_name("PATTERN");
  bool keep_payloads = false;
  app.add_flag("--keep-payloads", keep_payloads, "Leave payloads where they are once stored");
  bool dry_run = false;
  app.add_flag("--dry-run", dry_run, "Verify what waits and change nothing");
  unsigned incomplete_after_days = kDefaultIncompleteAfterDays;
  app.add_option("--incomplete-after", incomplete_after_days,
                 "Reject a batch whose parts are not all there after DAYS (default 7)")
      ->type_name("DAYS")
      ->check(CLI::Range(0U, 3650U));
  app.add_option("--summary-markdown", options.summary_markdown,
                 "Write a summary of the run to FILE, as Markdown")
      ->type_name("FILE");
  app.add_flag("--json", options.json, "Print the result as one JSON object");
  LimitOptions limits;
  limits.add_to(app);
  bool verbose = false;
  bool quiet = false;
  add_log_options(app, verbose, quiet, options.log_file);
  if (parse_with_environment(app, argc, argv) == Parsed::help_shown) return {};

  options.name_template = NameTemplate(name_template);
  options.limits = limits.limits();
  options.verbosity = verbosity(verbose, quiet);
  options.incomplete_after = std::chrono::days(incomplete_after_days);
  if (keep_payloads) options.mode = Mode::store_and_keep_payloads;
  if (dry_run) options.mode = Mode::verify_only;
  return options;
}

}  // namespace healthmetric::receiver
