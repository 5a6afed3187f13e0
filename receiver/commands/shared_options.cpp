#include "receiver/commands/shared_options.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/program/option_values.hpp"
#include "receiver/commands/program.hpp"

namespace healthmetric::receiver {

StorageOption::StorageOption() : OptionGroup(kStorageGroup) {
  add({.name = "storage",
       .value = "DIR",
       .help = "The storage folder (default _storage)",
       .goes_to = &folder_});
}

AtOption::AtOption() : OptionGroup(kFilesGroup) {
  add({.name = "at",
       .value = "TIME",
       .help =
           "Use only what the receiver had processed by then: a day as 2024-01-15 (in UTC), which "
           "counts to its end, a time as 2024-01-15T10:30:00Z, or 7d for seven days ago",
       .goes_to = &time_,
       .check = program::check_time});
}

std::chrono::sys_seconds AtOption::time(std::chrono::sys_seconds now) const {
  if (time_.empty()) return std::chrono::sys_seconds::max();
  const program::NamedTime named = program::parse_time(time_, now);
  return std::max(named.begin, named.end - std::chrono::seconds(1));
}

LimitOption::LimitOption() : OptionGroup(kOutputGroup) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  add({.name = "limit",
       .value = "N",
       .help = "No more than N batches; a page has only sums of the others (default for a page: "
               "10000, else all)",
       .goes_to = &limit_,
       .check = program::number_check(1, kMost)});
}

OutputOption::OutputOption() : OptionGroup(kOutputGroup) {
  add({.name = "output",
       .value = "FILE",
       .help = "The file to write (required), which is replaced; '-' is standard output",
       .goes_to = &file_});
}

InboxOption::InboxOption() : OptionGroup(kStorageGroup) {
  add({.name = "inbox",
       .value = "DIR",
       .help = "A checkout of the inbox branch ('git worktree add'), to look into it as well",
       .goes_to = &folder_});
}

SettingsOption::SettingsOption() : OptionGroup("Producers") {
  add({.name = "settings",
       .value = "FILE",
       .help = "Which producers are expected, and how often (default .github/healthmetric.toml "
               "beside the storage folder)",
       .goes_to = &file_});
}

DryRunOption::DryRunOption() : OptionGroup(program::kGeneralGroup) {
  add({.name = "dry-run",
       .help = "Change nothing, only check what would be done",
       .goes_to = &dry_run_});
}

NdjsonOption::NdjsonOption() : OptionGroup(program::kGeneralGroup) {
  add({.name = "ndjson",
       .help = "Print one JSON object per line",
       .goes_to = &ndjson_,
       .excludes = {"json"}});
}

RunOptions SharedOptions::of_run(const program::CommandLine& line, bool changes_nothing) const {
  RunOptions options;
  options.storage = storage.folder();
  options.log_file = log.file();
  options.needs_log = line.is_given("log-file");
  if (changes_nothing && !options.needs_log) options.log_file.clear();
  options.verbosity = log.verbosity();
  options.json = json.json();
  return options;
}

namespace {

/// Opens the storage with `open`.
template <typename Open>
auto open_with(const RunOptions& options, const program::CommandLine& line, const Open& open) {
  const auto set_up_log = [&] {
    log::set_up({kProgramName, options.verbosity, options.log_file, options.needs_log});
  };
  // Where there is no storage, a log that nobody asked for would lie in the wrong place.
  if (options.needs_log) set_up_log();
  auto storage = open();
  if (!options.needs_log) set_up_log();
  // The sender's variables may stand in the same environment.
  for (const std::string& notice : line.unknown_variables(program::Told::what_is_near)) {
    log::warning(notice);
  }
  return storage;
}

}  // namespace

archive::Storage open_storage(const RunOptions& options, archive::Storage::Lock lock,
                              const program::CommandLine& line) {
  return open_with(options, line, [&] { return archive::Storage(options.storage, lock); });
}

archive::StorageReader open_storage_to_read(const RunOptions& options,
                                            const program::CommandLine& line) {
  return open_with(options, line, [&] { return archive::StorageReader(options.storage); });
}

void refuse_storage(std::string_view option, const std::filesystem::path& path,
                    const std::filesystem::path& storage) {
  std::error_code error;
  std::filesystem::path above =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  // By identity: a folder may be mounted in several places.
  for (; !above.empty(); above = above.parent_path()) {
    if (std::filesystem::equivalent(above, storage, error)) {
      throw Error(ErrorCode::usage,
                  fmt::format("{}{} is in the storage folder: name a {} outside of it", option,
                              in_quotes(path.string()), option == "--output " ? "file" : "folder"));
    }
    if (above == above.root_path()) break;
  }
}

}  // namespace healthmetric::receiver
