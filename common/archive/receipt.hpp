#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/stream.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/relative_path.hpp"

/// The summary that the receiver writes of each batch is also its receipt: the sender looks for it
/// to learn the result of what it delivered. docs/storage-layout.md describes the JSON.

namespace healthmetric::archive {

/// A payload file and how large it was.
struct PayloadFile {
  payload::RelativePath path;  ///< below the storage folder
  std::uint64_t size_bytes = 0;
};

/// The receiver writes no more of a reason than this, and cuts what is longer.
inline constexpr std::size_t kMaxReasonBytes = payload::kMaxTextBytes;

/// Whoever reads a summary takes every text in it up to this length, whatever wrote it.
inline constexpr std::size_t kMaxRecordedTextBytes = 4 * kMaxReasonBytes;

enum class BatchStatus { stored, rejected };

/// "stored" or "rejected". Throws Error{bad_payload} that names another word, which a later version
/// may have.
BatchStatus parse_batch_status(std::string_view text);

struct Receipt {
  BatchStatus status;
  std::string reason;  ///< of a rejection
  std::vector<PayloadFile> payloads;
};

/// Whether the receipt settles its batch. One that rejects what had come of a batch while parts of
/// it were missing does not: the receiver takes that back once they come.
bool is_final(const Receipt& receipt);

/// Reads a receipt no further than to its list of files, so the beginning of a long one is enough.
/// Throws Error{bad_payload} when it is none.
Receipt read_receipt(Source& source);

}  // namespace healthmetric::archive
