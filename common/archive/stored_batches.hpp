#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/archive/series.hpp"
#include "common/archive/storage_reader.hpp"
#include "common/archive/summary_heads.hpp"
#include "common/archive/summary_index.hpp"
#include "common/archive/summary_reader.hpp"
#include "common/base/error.hpp"

namespace healthmetric::archive {

/// Receives each problem with a summary, once; the error names the summary.
using Complain = std::function<void(const Error& why)>;

/// Selects batches by their summaries, of which the files have not been read.
using Wants = std::function<bool(const RecordedBatch& batch)>;

/// Whether an error concerns one summary alone, so that the others can be read.
bool is_of_one_summary(const Error& error);

/// Throws Error{bad_payload} if another summary of the batch counts; its message does not name this
/// one. A summary that a later version wrote is only reported.
void check_head(StorageReader& storage, const payload::RelativePath& summary,
                const payload::BatchId& id, const RecordedBatch& batch, const Complain& complain);

/// The part of a summary that puts its batch in order.
SeriesBatch head_of(const RecordedBatch& batch);

/// When the file was modified; if that is not recorded, when its batch was packed.
text::Moment time_of(const RecordedFile& file, const SeriesBatch& batch);

/// A summary with more files is refused.
inline constexpr std::uint64_t kMaxRecordedFiles = 1'000'000;

/// The stored batches of a storage. Anybody may have written the summaries, so only files with safe
/// paths are handed out. The heads are kept in memory, the files are not.
class StoredBatches {
 public:
  StoredBatches(StorageReader& storage, Complain complain)
      : storage_(storage), complain_(std::move(complain)) {}

  /// Adds all that are wanted. Throws as for_each_summary() does.
  void add_all(const Wants& wants);

  /// Adds the batch of this summary if it was stored and is wanted.
  void add(const payload::RelativePath& summary, const payload::BatchId& id, const Wants& wants);

  [[nodiscard]] const std::vector<SeriesBatch>& heads() const { return heads_; }

  /// The files of one of them; empty if its summary cannot be read to the end. Of two entries for
  /// one path the first counts.
  [[nodiscard]] BatchContent read(std::size_t batch) const;

  /// Hands every version of a file to `use`: the batches of the period, the newest first, and each
  /// one's files as its summary has them. Memory does not grow with them.
  void for_each_version(const Period& period, const Wants& wants, const FileHandler& use);

 private:
  /// The head of the summary of a stored batch that is wanted.
  [[nodiscard]] std::optional<RecordedBatch> wanted_head(const payload::RelativePath& summary,
                                                         const payload::BatchId& id,
                                                         const Wants& wants,
                                                         const ReadHead& read) const;
  void keep(const payload::RelativePath& summary, const std::optional<RecordedBatch>& head);

  [[nodiscard]] std::string summary_of(std::size_t batch) const;

  /// Runs `work` on a summary. False, after reporting it, if the summary is invalid.
  bool is_readable(const std::string& summary, const std::function<void()>& work) const;

  /// Reads the files of a summary; unsafe paths are reported and skipped.
  [[nodiscard]] std::optional<RecordedBatch> read_safe_files(const std::string& summary,
                                                             const FileHandler& use) const;

  StorageReader& storage_;
  Complain complain_;
  std::vector<SeriesBatch> heads_;
  /// The summaries that are not where summary_path() says, by the index of their batch. The others'
  /// paths need no memory.
  std::map<std::size_t, std::string> elsewhere_;
};

}  // namespace healthmetric::archive
