#include "receiver/commands/files_command.hpp"

#include <utility>

#include "common/base/printable.hpp"
#include "common/platform/clock.hpp"
#include "common/program/pattern_options.hpp"
#include "receiver/commands/file_listing.hpp"
#include "receiver/commands/stored_files.hpp"

namespace healthmetric::receiver {
FilesOptions::FilesOptions() : OptionGroup(kFilesGroup) {
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
  for (const std::string& glob : globs_) patterns.push_back({patterns::Verdict::include, glob});
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
  stored.suggest_checkout(listing.batches());
  if (listing.is_empty()) stored.say_there_is_no("file");
  return stored.faults() == 0 ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::receiver
