#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/archive/receipt.hpp"
#include "common/archive/storage_reader.hpp"
#include "common/archive/summary.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/relative_path.hpp"

/// Reads what common/archive/summary_writer.hpp writes; the file may have been written by anyone.

namespace healthmetric::archive {

/// A batch of 100,000 files has a summary of some 30 MiB.
inline constexpr std::uint64_t kMaxSummaryBytes = 1024 * payload::kMiB;

/// A summary that was read back, without its list of files.
struct RecordedBatch {
  unsigned schema_version = 1;  ///< members that this version does not know are passed over
  std::string batch_id;
  std::string batch_name;
  BatchStatus status = BatchStatus::stored;
  std::string reason;              ///< why it was rejected; empty when stored
  payload::ProducerMark producer;  ///< the id as producer_of() tells it
  std::string source;
  std::optional<payload::SenderIdentity> sender;
  std::chrono::sys_seconds packed_at;
  std::chrono::sys_seconds processed_at;
  std::uint64_t total_files = 0;  ///< as the summary says
  std::uint64_t total_size_bytes = 0;
  std::uint64_t listed_files = 0;  ///< what its list adds up to
  std::uint64_t listed_size_bytes = 0;
  std::vector<payload::RelativePath> folders;  ///< that were empty in the source
  std::vector<payload::RelativePath> gone;     ///< that were sent before and are gone
};

/// `batch` has what stands in front of the list of files, which in our own summaries is everything.
using UseFile = std::function<void(const RecordedBatch& batch, const RecordedFile& file)>;

/// Reads a summary and hands out its files one by one, in bounded memory. Nothing when there is
/// none. Throws Error{bad_payload} for what is not a summary, and Error{too_large} for one of more
/// than kMaxSummaryBytes; neither names the summary.
std::optional<RecordedBatch> read_summary(StorageReader& storage, const payload::RelativePath& path,
                                          const UseFile& use);

/// The same without the list of files, which is not read: the time does not grow with it. Nothing
/// is listed then, and errors name the summary.
std::optional<RecordedBatch> read_summary_head(StorageReader& storage,
                                               const payload::RelativePath& path);

/// Where the summary of a batch lies: by the batch's day, else where version 1 had it. Nothing when
/// it has none.
std::optional<payload::RelativePath> find_summary(StorageReader& storage,
                                                  const payload::BatchId& id);

/// As much of the summary of a batch as a receipt has; nothing when there is none. Throws
/// Error{bad_payload} when it is damaged.
std::optional<Receipt> read_receipt(StorageReader& storage, const payload::BatchId& id);

}  // namespace healthmetric::archive
