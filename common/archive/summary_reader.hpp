#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "common/archive/receipt.hpp"
#include "common/archive/storage.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/relative_path.hpp"

/// Summaries read back whole; common/archive/receipt.hpp reads as much as a repeat needs.

namespace healthmetric::archive {

struct RecordedBatch {
  std::string batch_id;
  BatchStatus status = BatchStatus::stored;
  std::optional<payload::SenderIdentity> sender;
  std::chrono::sys_seconds packed_at;
  std::chrono::sys_seconds processed_at;
  std::uint64_t duration_ms = 0;
  std::uint64_t total_files = 0;
  std::uint64_t total_size_bytes = 0;
  std::uint64_t skipped = 0;   ///< entries of `skipped`
  std::uint64_t warnings = 0;  ///< entries of `warnings`
};

/// One stored file, as its summary has it.
struct RecordedFile {
  std::string path;  ///< as sent
  std::string stored_path;
  std::uint64_t size_bytes = 0;
  std::string sha256;
  std::string content_type;
};

/// `batch` has what stands in front of the list of files, which in our own summaries is everything.
using UseFile = std::function<void(const RecordedBatch& batch, const RecordedFile& file)>;

/// Reads a summary and hands out its files one by one, in bounded memory. Nothing when there is
/// none. Throws Error{bad_payload} for what is no summary.
std::optional<RecordedBatch> read_recorded_batch(Storage& storage,
                                                 const payload::RelativePath& path,
                                                 const UseFile& use);

}  // namespace healthmetric::archive
