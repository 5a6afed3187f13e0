#pragma once

#include <chrono>
#include <cstdint>

#include "common/archive/stored_batches.hpp"
#include "common/patterns/path_patterns.hpp"
#include "receiver/commands/batch_filter.hpp"
#include "receiver/commands/file_list.hpp"
#include "receiver/commands/stored_files.hpp"

namespace healthmetric::receiver {

enum class Listed {
  recorded,  ///< what the summaries say; the files themselves are not looked at
  all,       ///< a file that is missing or of another size is reported, and listed
  intact,    ///< it is reported, and not listed: for a script that opens each one
};

/// Puts the files of the selected batches into a list.
class FileListing {
 public:
  /// What they refer to must outlive it.
  FileListing(StoredFiles& stored, const BatchFilter& filter,
              const patterns::PathPatterns& patterns, FileList& list, Listed listed);

  /// The files that existed at that time.
  void list_state(std::chrono::sys_seconds at);

  /// Every version that was processed until then.
  void list_versions(std::chrono::sys_seconds at);

  [[nodiscard]] std::uint64_t batches() const { return batch_count_; }
  [[nodiscard]] bool is_empty() const { return count_ == 0; }

 private:
  void add(const archive::RecordedFile& file, const archive::SeriesBatch& batch);
  [[nodiscard]] bool is_in_period(const archive::SeriesBatch& batch) const;

  StoredFiles& stored_;
  const BatchFilter& filter_;
  const patterns::PathPatterns& patterns_;
  FileList& list_;
  Listed listed_;
  archive::StoredBatches batches_;
  std::uint64_t batch_count_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace healthmetric::receiver
