#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/archive/series.hpp"
#include "common/archive/storage_reader.hpp"
#include "common/archive/summary_index.hpp"
#include "common/archive/summary_reader.hpp"
#include "common/base/error.hpp"

namespace healthmetric::archive {

/// Hears what is wrong with a summary, which the error names. Told once each; the rest goes on.
using Complain = std::function<void(const Error& why)>;

/// Which batches are wanted, by the heads of their summaries.
using Wants = std::function<bool(const RecordedBatch& batch)>;

/// What of a summary puts its batch in order.
SeriesBatch head_of(const RecordedBatch& batch);

/// More files than this a summary is not believed.
inline constexpr std::uint64_t kMaxRecordedFiles = 1'000'000;

/// The batches of a storage that were stored, from summaries that anybody may have written: what
/// leaves here of a file has safe paths. In memory are their heads, not their files.
class StoredBatches {
 public:
  StoredBatches(StorageReader& storage, Complain complain)
      : storage_(storage), complain_(std::move(complain)) {}

  /// Adds all that are wanted. Throws as for_each_summary() does.
  void add_all(const Wants& wants);

  /// Adds the batch of this summary if it was stored and is wanted.
  void add(const payload::RelativePath& summary, const payload::BatchId& id, const Wants& wants);

  [[nodiscard]] const std::vector<SeriesBatch>& heads() const { return heads_; }

  /// What one of them says of its files; nothing where that cannot be read to its end. Of two
  /// entries for one path the first counts.
  [[nodiscard]] BatchContent read(std::size_t batch) const;

  /// Hands every version of a file to `use`: the batches of the period, the newest first, and each
  /// one's files as its summary has them. Memory does not grow with them.
  void each_version(const Period& period, const Wants& wants, const UseFile& use);

 private:
  /// The head of the summary of a stored batch that is wanted.
  [[nodiscard]] std::optional<RecordedBatch> wanted_head(const payload::RelativePath& summary,
                                                         const payload::BatchId& id,
                                                         const Wants& wants) const;
  [[nodiscard]] bool is_second_summary(const payload::RelativePath& summary,
                                       const payload::BatchId& id) const;

  /// Runs `work` on a summary. False where that is at fault, which is told.
  bool is_readable(const std::string& summary, const std::function<void()>& work) const;

  /// Reads the files of a summary; those with an unsafe path are told.
  [[nodiscard]] std::optional<RecordedBatch> read_safe_files(const std::string& summary,
                                                             const UseFile& use) const;

  StorageReader& storage_;
  Complain complain_;
  std::vector<SeriesBatch> heads_;
  std::vector<std::string> summaries_;  ///< of each, its path
};

}  // namespace healthmetric::archive
