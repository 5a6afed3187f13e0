#include "receiver/commands/restore_command.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/clock.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/show_result.hpp"

namespace healthmetric::receiver {
namespace {

/// Finds the summaries of the batches that were named, by the whole ID or by its last eight
/// characters, which `list` shows.
class NamedBatches {
 public:
  NamedBatches(const StoredFiles& stored, const std::vector<std::string>& ids)
      : stored_(stored), ids_(ids) {}

  /// Throws Error{usage} for an ID that no batch has, or several.
  void add_to(archive::StoredBatches& batches, const archive::Complain& complain) {
    find(complain);
    for (const std::string& id : ids_) {
      if (found_[id].empty()) {
        throw Error(ErrorCode::usage, stored_.is_nothing_stored()
                                          ? nothing_stored_text(stored_.storage().root())
                                          : "there is no batch " + in_quotes(id) +
                                                "; 'healthmetric-receiver list' shows them");
      }
      if (found_[id].size() > 1) {
        throw Error(ErrorCode::usage,
                    fmt::format("{} may be {} or {}: use the whole ID", in_quotes(id),
                                found_[id][0].second.str(), found_[id][1].second.str()));
      }
    }
    for (const std::string& id : ids_) {
      const auto& [path, batch] = found_[id].front();
      batches.add(path, batch, [&](const auto&) { return true; });
    }
  }

 private:
  void find(const archive::Complain& complain) {
    const auto note = [&](const payload::RelativePath& path, const payload::BatchId& batch) {
      for (const std::string& id : {batch.str(), batch.unique}) {
        if (std::find(ids_.begin(), ids_.end(), id) != ids_.end()) {
          found_[id].emplace_back(path, batch);
        }
      }
      return archive::Next::go_on;
    };
    archive::for_each_summary(stored_.storage(), {}, archive::Order::oldest_first,
                              {note, complain});
  }

  const StoredFiles& stored_;
  const std::vector<std::string>& ids_;
  std::map<std::string, std::vector<std::pair<payload::RelativePath, payload::BatchId>>> found_;
};

Overwrite overwrite_of(const std::string& word) {
  if (word == "always") return Overwrite::always;
  return word == "if-older" ? Overwrite::if_older : Overwrite::never;
}

Restored restore_or_tell_how_to_continue(StoredFiles& stored, const archive::StoredBatches& batches,
                                         const RestoreRules& rules) {
  platform::watch_for_signals();  // or temporary files would be left
  platform::SystemClock clock;
  try {
    return restore(stored, batches, rules, clock);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::interrupted && error.code() != ErrorCode::terminated) throw;
    throw Error(error.code(), std::string(error.what()) + "; the same command continues");
  }
}

}  // namespace

RestoreOptions::RestoreOptions() : OptionGroup("Restoring") {
  add({.name = "BATCH_ID",
       .value = "BATCH_ID",
       .help = "Restore these batches alone: their IDs, or the end of an ID as list shows it",
       .goes_to = &batch_ids_,
       .kind = program::Option::Kind::operand});
  add({.name = "to",
       .value = "DIR",
       .help = "The folder to restore to (required); created if it is missing",
       .goes_to = &to_});
  add({.name = "overwrite",
       .value = "WHEN",
       .help = "Replace a file that exists and differs: never, if-older (if it is older than the "
               "stored one) or always (default never)",
       .goes_to = &overwrite_,
       .choices = {"never", "if-older", "always"}});
  add({.name = "flat",
       .help = "Restore everything to DIR itself, even if there are several producers or batch "
               "names, which otherwise get a folder each",
       .goes_to = &flat_});
}

RestoreRules RestoreOptions::rules() const {
  if (to_.empty()) {
    throw Error(ErrorCode::usage,
                "restore requires --to DIR (healthmetric-receiver restore --help)");
  }
  RestoreRules rules;
  rules.to = to_;
  rules.overwrite = overwrite_of(overwrite_);
  if (flat_) rules.form = RestoreLayout::Form::flat;
  return rules;
}

RestoreCommand::RestoreCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("restore", "Restore files under their original names, with their times"),
      shared_(std::move(shared)) {
  take(shared_->storage, restore_, shared_->patterns, shared_->batch_names, shared_->at,
       shared_->dry_run, shared_->json, shared_->log);
}

program::ExitStatus RestoreCommand::run(const program::CommandLine& line) {
  constexpr bool kChangesNothing = true;  // in the storage
  const RunOptions options = shared_->of_run(line, kChangesNothing);
  RestoreRules rules = restore_.rules();
  for (const char* other : {"producer", "batch", "at"}) {
    if (restore_.batch_ids().empty() || !line.is_given(other)) continue;
    throw Error(ErrorCode::usage, fmt::format("--{} cannot be used with the ID of a batch", other));
  }
  rules.patterns = shared_->patterns.patterns(line);
  rules.at = shared_->at.time(platform::SystemClock().now_seconds());
  rules.is_dry_run = shared_->dry_run.is_given();
  rules.shows_progress = options.verbosity != log::Verbosity::quiet;
  archive::StorageReader storage = open_storage_to_read(options, line);
  refuse_storage("--to ", rules.to, options.storage);
  StoredFiles stored(storage);
  const archive::Complain complain = [&](const Error& why) { stored.complain(why); };
  archive::StoredBatches batches(storage, complain);
  if (restore_.batch_ids().empty()) {
    const BatchFilter filter = shared_->batch_names.filter();
    batches.add_all([&](const archive::RecordedBatch& batch) { return filter.takes(batch); });
    stored.suggest_checkout(batches.heads().size());
    if (batches.heads().empty() && stored.faults() == 0) filter.refuse(stored);
  } else {
    NamedBatches(stored, restore_.batch_ids()).add_to(batches, complain);
  }
  Restored result = restore_or_tell_how_to_continue(stored, batches, rules);
  stored.suggest_checkout(batches.heads().size());
  result.faults = stored.faults();
  program::show_result(options, result);
  return result.faults == 0 ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::receiver
