#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/archive/storage.hpp"
#include "common/program/command_line.hpp"
#include "common/program/option_groups.hpp"
#include "common/program/pattern_options.hpp"
#include "receiver/commands/batch_filter.hpp"
#include "receiver/commands/options.hpp"

/// What the receiver's commands share: groups of options, and how they apply to every run.

namespace healthmetric::receiver {

inline constexpr const char* kStorageGroup = "Storage";
inline constexpr const char* kOutputGroup = "Output";
inline constexpr const char* kFilesGroup = "Which files";

/// --storage.
class StorageOption final : public program::OptionGroup {
 public:
  StorageOption();
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_ = "_storage";
};

/// --ndjson, beside --json.
class NdjsonOption final : public program::OptionGroup {
 public:
  NdjsonOption();
  [[nodiscard]] bool ndjson() const { return ndjson_; }

 private:
  bool ndjson_ = false;
};

/// --at.
class AtOption final : public program::OptionGroup {
 public:
  AtOption();
  /// The last moment that counts; without the option all do.
  [[nodiscard]] std::chrono::sys_seconds time(std::chrono::sys_seconds now) const;

 private:
  std::string time_;
};

/// --limit.
class LimitOption final : public program::OptionGroup {
 public:
  LimitOption();
  [[nodiscard]] std::uint64_t limit(std::uint64_t unless_given) const {
    return limit_ == 0 ? unless_given : limit_;
  }

 private:
  std::uint64_t limit_ = 0;  ///< 0: it was not given
};

/// --output.
class OutputOption final : public program::OptionGroup {
 public:
  OutputOption();
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
};

/// --inbox.
class InboxOption final : public program::OptionGroup {
 public:
  InboxOption();
  /// Empty: not given.
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// --settings.
class SettingsOption final : public program::OptionGroup {
 public:
  SettingsOption();
  /// Empty: not given.
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
};

/// --dry-run.
class DryRunOption final : public program::OptionGroup {
 public:
  DryRunOption();
  [[nodiscard]] bool is_given() const { return dry_run_; }

 private:
  bool dry_run_ = false;
};

struct SharedOptions {
  StorageOption storage;
  BatchNameOptions batch_names;
  BatchFilterOptions batch_filter;
  program::PatternOptions patterns{kFilesGroup};
  AtOption at;
  LimitOption limit;
  OutputOption output;
  InboxOption inbox;
  SettingsOption settings;
  DryRunOption dry_run;
  program::JsonOption json;
  NdjsonOption ndjson;
  program::LimitOptions limits;
  program::LogOptions log{"receiver.log"};

  /// A run that changes nothing writes no log unless one is requested.
  [[nodiscard]] RunOptions of_run(const program::CommandLine& line, bool changes_nothing) const;
};

/// Opens the storage, sets up the log, and warns about unknown variables in the environment.
archive::Storage open_storage(const RunOptions& options, archive::Storage::Lock lock,
                              const program::CommandLine& line);

/// The same for a command that changes nothing.
archive::StorageReader open_storage_to_read(const RunOptions& options,
                                            const program::CommandLine& line);

/// Throws Error{usage} if a path is in the storage folder. `option` is what it was given with, as
/// "--to ", or "".
void refuse_storage(std::string_view option, const std::filesystem::path& path,
                    const std::filesystem::path& storage);

}  // namespace healthmetric::receiver
