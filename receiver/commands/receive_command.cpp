#include "receiver/commands/receive_command.hpp"

#include <utility>

#include "common/platform/clock.hpp"
#include "common/program/option_values.hpp"
#include "common/program/show_result.hpp"
#include "receiver/commands/git_repository.hpp"
#include "receiver/commands/receive.hpp"
#include "receiver/commands/report.hpp"

namespace healthmetric::receiver {

ReceiveOptions::ReceiveOptions() : OptionGroup(kStorageGroup) {
  add({.name = "name-template",
       .value = "PATTERN",
       .help = "The path of each stored file, made of the fields {batch} {dir} {stem} {ext} "
               "{timestamp} {id} {year} {month} {day} {batch_id} (default: a folder for the batch "
               "and for its day, then {dir}, then {timestamp}-{id}_{stem}{ext})",
       .goes_to = &name_template_});
  add({.name = "keep-payloads",
       .help = "Keep payloads in the inbox after they are stored",
       .goes_to = &keep_payloads_});
  add({.name = "retry-rejected",
       .help = "First move rejected payloads back into the inbox",
       .goes_to = &retry_rejected_,
       .excludes = {"dry-run"}});
  add({.name = "incomplete-after",
       .value = "DAYS",
       .help = "Reject an incomplete batch DAYS after its last part arrived (default 7)",
       .goes_to = &incomplete_after_days_,
       .check = program::number_check(0, 3650)});
  add({.name = "git-blob-ids",
       .value = "WHEN",
       .help = "Record the git blob ID of each file: always, never, or auto: if the storage "
               "folder is in a git repository (default auto)",
       .goes_to = &git_blob_ids_,
       .choices = {"auto", "always", "never"}});
  add({.name = "durability",
       .value = "WHAT",
       .help =
           "When to force batches to disk: batch, each one before its payload is deleted, or none, "
           "for a storage folder that is discarded after the run (default batch)",
       .goes_to = &durability_,
       .choices = {"batch", "none"}});
  add({.name = "reject-list",
       .value = "FILE",
       .help = "Reject the payloads listed in FILE, a JSON object that maps paths below the "
               "storage folder to reasons",
       .goes_to = &reject_list_});
}

void ReceiveOptions::put_into(Options& options) const {
  if (keep_payloads_) options.mode = Mode::store_and_keep_payloads;
  if (retry_rejected_) options.rejected_payloads = RejectedPayloads::retry;
  options.name_template = unpack::NameTemplate(name_template_);
  const bool wants_git_blob_ids =
      git_blob_ids_ == "always" ||
      (git_blob_ids_ == "auto" && is_in_git_repository(options.storage));
  options.git_blob_ids =
      wants_git_blob_ids ? unpack::GitBlobIds::compute : unpack::GitBlobIds::none;
  if (!reject_list_.empty()) options.reject_list = unpack::read_reject_list(reject_list_);
  if (durability_ == "none") options.durability = archive::Storage::Durability::none;
  options.incomplete_after = std::chrono::days(incomplete_after_days_);
}

ReceiveCommand::ReceiveCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("",
              "Unpacks the payloads in the inbox of a storage folder: files to _storage/<batch>/, "
              "and a summary of each batch to _storage/summaries/. Moves bad payloads to "
              "_storage/rejected/, each with its reason."),
      shared_(std::move(shared)) {
  take(shared_->storage, own_, shared_->dry_run, shared_->json, shared_->limits, shared_->log);
  add_notes(
      "Every option can also be set as HEALTHMETRIC_<OPTION> (--name-template: "
      "HEALTHMETRIC_NAME_TEMPLATE); the command line wins. "
      "healthmetric-receiver COMMAND --help lists the options of a command.");
}

Options ReceiveCommand::options(const program::CommandLine& line) const {
  Options options{shared_->of_run(line, shared_->dry_run.is_given())};
  own_.put_into(options);
  if (shared_->dry_run.is_given()) options.mode = Mode::verify_only;
  options.limits = shared_->limits.limits();
  return options;
}

program::ExitStatus ReceiveCommand::run(const program::CommandLine& line) {
  const Options chosen = options(line);
  const bool writes = chosen.mode != Mode::verify_only;
  archive::Storage storage = open_storage(
      chosen, writes ? archive::Storage::Lock::exclusive : archive::Storage::Lock::none, line);
  storage.set_durability(chosen.durability);
  platform::SystemClock clock;
  const Report report = receive(storage, chosen, clock);
  program::show_result(chosen, report);
  if (report.any_stuck()) return program::ExitStatus::io;
  const bool all_done =
      report.count(BatchReport::Status::rejected) == 0 && report.not_retried.empty();
  return all_done ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::receiver
