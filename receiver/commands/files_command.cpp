#include "receiver/commands/files_command.hpp"

#include <utility>

#include "common/archive/stored_batches.hpp"
#include "common/base/printable.hpp"
#include "common/platform/clock.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/pattern_options.hpp"
#include "receiver/commands/stored_files.hpp"

namespace healthmetric::receiver {
namespace {

using patterns::Verdict;

/// A script that opens each file gets only those that can be opened and have the right size.
enum class Listed { all, intact };

/// Puts the selected files into a list.
class FileListing {
 public:
  FileListing(StoredFiles& stored, const BatchFilter& filter,
              const patterns::PathPatterns& patterns, FileList& list, Listed listed)
      : stored_(stored),
        filter_(filter),
        patterns_(patterns),
        list_(list),
        listed_(listed),
        batches_(stored.storage(), [&](const Error& why) { stored_.complain(why); }) {}

  /// The files that existed at that time.
  void list_state(std::chrono::sys_seconds at) {
    batches_.add_all([&](const archive::RecordedBatch& batch) { return filter_.takes(batch); });
    batch_count_ = batches_.heads().size();
    archive::for_each_tree(
        batches_.heads(), at, [&](std::size_t batch) { return batches_.read(batch); },
        [&](const archive::Tree& tree) {
          for (const archive::CurrentFile& file : tree.files) {
            add(file.file, batches_.heads()[file.batch]);
          }
        });
    list_.finish();
  }

  /// Every version that was processed until then.
  void list_versions(std::chrono::sys_seconds at) {
    const auto wants = [&](const archive::RecordedBatch& batch) {
      const bool is_wanted = filter_.takes(batch) && batch.processed_at <= at;
      if (is_wanted) ++batch_count_;
      return is_wanted;
    };
    batches_.for_each_version(
        filter_.period, wants,
        [&](const archive::RecordedBatch& batch, const archive::RecordedFile& file) {
          add(file, archive::head_of(batch));
        });
    list_.finish();
  }

  [[nodiscard]] std::uint64_t batches() const { return batch_count_; }
  [[nodiscard]] bool is_empty() const { return count_ == 0; }

 private:
  void add(const archive::RecordedFile& file, const archive::SeriesBatch& batch) {
    platform::stop_soon_if_signalled();
    if (patterns_.verdict_on(file.path) == Verdict::exclude || !is_in_period(batch)) return;
    ++count_;
    const bool is_whole = stored_.open(file, batch.batch_id).has_value();
    if (is_whole || listed_ == Listed::all) list_.add({file, batch});
  }

  [[nodiscard]] bool is_in_period(const archive::SeriesBatch& batch) const {
    const auto id = payload::BatchId::parse(batch.batch_id);
    return id && filter_.period.has(id->time);
  }

  StoredFiles& stored_;
  const BatchFilter& filter_;
  const patterns::PathPatterns& patterns_;
  FileList& list_;
  Listed listed_;
  archive::StoredBatches batches_;
  std::uint64_t batch_count_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace

FilesOptions::FilesOptions() : OptionGroup("Which files") {
  add({.name = "GLOB",
       .value = "GLOB",
       .help = "Only files that match one of these: a name at any depth ('*.csv'), or with a "
               "slash a path ('2023/**')",
       .goes_to = &globs_,
       .check = program::check_glob,
       .kind = program::Option::Kind::operand});
  add({.name = "all",
       .help = "List every version that was ever stored, not only the current files",
       .goes_to = &all_});
  add({.name = "stored",
       .help = "Print only where each file is stored",
       .goes_to = &stored_,
       .excludes = {"json", "ndjson"}});
  add({.name = "print0",
       .help = "Print only the path of each file, each followed by a NUL character",
       .goes_to = &print0_,
       .excludes = {"json", "ndjson"}});
}

patterns::PathPatterns FilesOptions::patterns() const {
  std::vector<patterns::PathPattern> patterns;
  for (const std::string& glob : globs_) patterns.push_back({Verdict::include, glob});
  return patterns::PathPatterns(patterns);
}

FilesCommand::FilesCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("files", "List the stored files, as they are now or were at a time"),
      shared_(std::move(shared)) {
  take(shared_->storage, shared_->batch_names, shared_->batch_filter, shared_->at, files_,
       shared_->json, shared_->ndjson, shared_->log);
}

std::unique_ptr<FileList> FilesCommand::make_list(const RunOptions& options) const {
  if (files_.stored() || files_.print0()) {
    return make_path_list(files_.stored() ? Paths::stored : Paths::original,
                          files_.print0() ? LineEnd::nul : LineEnd::line_feed,
                          options.storage.string());
  }
  if (shared_->ndjson.ndjson()) return make_json_file_list(JsonList::Form::lines);
  if (options.json) return make_json_file_list(JsonList::Form::array);
  return make_file_table(files_.all() ? Columns::versions : Columns::state);
}

program::ExitStatus FilesCommand::run(const program::CommandLine& line) {
  constexpr bool kChangesNothing = true;
  const RunOptions options = shared_->of_run(line, kChangesNothing);
  platform::SystemClock clock;
  const std::chrono::sys_seconds now = clock.now_seconds();
  const BatchFilter filter = shared_->batch_filter.filter(shared_->batch_names, now);
  const std::chrono::sys_seconds at = shared_->at.time(now);
  const patterns::PathPatterns patterns = files_.patterns();
  archive::StorageReader storage = open_storage_to_read(options, line);
  StoredFiles stored(storage);
  const std::unique_ptr<FileList> list = make_list(options);
  FileListing listing(stored, filter, patterns, *list,
                      files_.stored() ? Listed::intact : Listed::all);
  if (files_.all()) {
    listing.list_versions(at);
  } else {
    listing.list_state(at);
  }
  if (listing.is_empty()) log::info("there is no such file in " + in_quotes(storage.root()));
  stored.suggest_checkout(listing.batches());
  return stored.faults() == 0 ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::receiver
