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
#include "common/base/stream.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/relative_path.hpp"

/// Reads what common/archive/summary_writer.hpp writes; the file may have been written by anyone.

namespace healthmetric::archive {

/// A batch of 100,000 files has a summary of some 30 MiB.
inline constexpr std::uint64_t kMaxSummaryBytes = 1024 * payload::kMiB;

/// A summary that was read back, without its list of files.
struct RecordedBatch {
  unsigned schema_version = 1;  ///< members that this version does not know are ignored
  std::string batch_id;
  std::string batch_name;
  BatchStatus status = BatchStatus::stored;
  std::string reason;              ///< why it was rejected; empty when stored
  payload::ProducerMark producer;  ///< the id as from producer_of()
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

/// `batch` has what precedes the list of files, which in our own summaries is everything.
using FileHandler = std::function<void(const RecordedBatch& batch, RecordedFile&& file)>;

/// Reads a summary and passes its files to `use` one by one, in bounded memory. An empty `use`
/// means that only the head is wanted: what comes before the list of files, which is not read then,
/// so that the time does not grow with it; the `listed_` members are 0. Throws Error{bad_payload}
/// if it is not a summary; no message names it.
RecordedBatch read_summary(Source& source, const FileHandler& use);

/// The same of a file; nullopt if it does not exist. Throws Error{too_large} if it is larger than
/// kMaxSummaryBytes.
std::optional<RecordedBatch> read_summary(StorageReader& storage, const payload::RelativePath& path,
                                          const FileHandler& use);

/// The path of the summary of a batch: in the folder of its day, else where version 1 put it.
/// Nullopt if it has none.
std::optional<payload::RelativePath> find_summary(StorageReader& storage,
                                                  const payload::BatchId& id);

/// The receipt in the summary of a batch; nullopt if it has no summary. Throws Error{bad_payload}
/// if the summary is damaged.
std::optional<Receipt> read_receipt(StorageReader& storage, const payload::BatchId& id);

}  // namespace healthmetric::archive
