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

/// The receiver cuts a reason to this length.
inline constexpr std::size_t kMaxReasonBytes = payload::kMaxTextBytes;

/// Readers of summaries accept any text up to this length, whoever wrote it.
inline constexpr std::size_t kMaxRecordedTextBytes = 4 * kMaxReasonBytes;

enum class BatchStatus { stored, rejected };

/// "stored" or "rejected". Throws Error{bad_payload} that names any other word, which a later
/// version may write.
BatchStatus parse_batch_status(std::string_view text);
std::string_view to_text(BatchStatus status);

struct Receipt {
  BatchStatus status;
  std::string reason;  ///< of a rejection
  std::vector<PayloadFile> payloads;
};

/// Whether the receipt is the final result of its batch. One that rejects a batch because parts are
/// missing is not: the receiver revokes it when they arrive.
bool is_final(const Receipt& receipt);

/// Reads a receipt up to its list of files, so the beginning of a long one is enough. Throws
/// Error{bad_payload} if it is not a receipt.
Receipt read_receipt(Source& source);

}  // namespace healthmetric::archive
