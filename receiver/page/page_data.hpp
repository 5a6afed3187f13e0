#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/archive/summary_reader.hpp"
#include "common/payload/batch_id.hpp"
#include "receiver/page/columns.hpp"
#include "receiver/page/string_table.hpp"

/// What a page shows, as compact JSON: columns of numbers that refer to tables of texts. The
/// scripts in receiver/page/web read it; it is no interface for others.

namespace healthmetric::page {

/// Batches of a page, unless somebody wants another number.
inline constexpr std::uint64_t kDefaultBatches = 10'000;

/// The files of a batch, collected while its summary is read, which may turn out to be invalid.
class BatchFiles {
 public:
  static constexpr std::size_t kMaxFiles = 1'000;
  static constexpr std::size_t kMaxTypes = 32;

  /// Further files and types than these are dropped.
  void add(const archive::RecordedFile& file);

  [[nodiscard]] const std::vector<archive::RecordedFile>& files() const { return files_; }
  [[nodiscard]] const std::set<std::string>& types() const { return types_; }

 private:
  std::vector<archive::RecordedFile> files_;
  std::set<std::string> types_;
};

/// What is told about the page itself.
struct Heading {
  std::chrono::sys_seconds made;
  std::chrono::sys_seconds as_of;   ///< the end of the calendar; the states are those of then
  std::vector<std::string> chosen;  ///< what the batches were chosen by, as "producer lab"
  std::string status_json;          ///< what `status --json` prints
  std::uint64_t errors = 0;         ///< summaries that could not be read
};

/// Batches with their files, in bounded memory and of bounded size: texts are cut, and files are no
/// longer listed when there is no room for more of them.
class PageData {
 public:
  /// About as much JSON is made of files.
  static constexpr std::size_t kMaxFilesBytes = std::size_t{3} << 20U;

  explicit PageData(std::uint64_t max_batches) : max_batches_(max_batches) {}

  [[nodiscard]] bool has_room() const { return batches_ < max_batches_; }
  [[nodiscard]] std::uint64_t batches() const { return batches_; }
  [[nodiscard]] std::uint64_t older_batches() const { return older_.batches; }

  /// Adds a batch that is shown. Call it for the newest first, and while has_room().
  void add(const payload::BatchId& id, const archive::RecordedBatch& batch,
           const BatchFiles& files);

  /// Counts one that is older than those and not shown.
  void add_older(const archive::RecordedBatch& batch);

  /// One line.
  [[nodiscard]] std::string to_json(const Heading& heading) const;

 private:
  struct Older {
    std::uint64_t batches = 0;
    std::uint64_t files = 0;  ///< of stored ones, as the bytes
    std::uint64_t bytes = 0;
  };
  struct BatchColumns {
    Column time;  ///< seconds since 1970 of the first, then how much older each is than the last
    Column processed;  ///< seconds after that time
    Column slug;       ///< in names, as `name`
    std::string unique;
    Column producer;
    Column name;
    Column reason;  ///< 0: stored; else the index of the reason, plus 1
    Column files;
    Column bytes;
    Column types;   ///< in type_sets
    Column listed;  ///< how many of the files are in the columns of files
  };
  struct FileColumns {
    Column path;
    Column bytes;
    Column type;
    Column modified;  ///< seconds after the batch was packed; null: unknown
    DigestColumn sha256;
  };

  std::size_t type_set_of(const BatchFiles& files);
  std::size_t list_files(const payload::BatchId& id, const BatchFiles& files);
  void add_file(const payload::BatchId& id, const archive::RecordedFile& file);
  void list_gone(const archive::RecordedBatch& batch);
  [[nodiscard]] bool has_room_for_files() const;
  [[nodiscard]] std::string texts_json() const;
  [[nodiscard]] std::string batches_json() const;
  [[nodiscard]] std::string files_json() const;

  std::uint64_t max_batches_;
  std::uint64_t batches_ = 0;
  std::uint64_t files_ = 0;             ///< that are listed
  std::uint64_t unlisted_batches_ = 0;  ///< of which not all files are listed
  Older older_;
  std::chrono::sys_seconds last_time_;
  BatchColumns columns_;
  FileColumns file_columns_;
  StringTable producers_{kMaxTextBytes};
  StringTable names_{kMaxTextBytes};
  StringTable reasons_{kMaxTextBytes};
  StringTable types_{kMaxTextBytes};
  StringTable paths_{0};
  std::map<std::vector<std::size_t>, std::size_t> type_sets_;
  std::string type_sets_json_;
  std::string gone_json_;
  std::string more_gone_json_;

  static constexpr std::size_t kMaxTextBytes = 300;
};

}  // namespace healthmetric::page
