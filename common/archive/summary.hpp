#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/archive/receipt.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/batch_id.hpp"
#include "common/text/timestamp.hpp"

/// What the receiver records about a batch: its result, which is also the sender's receipt.
/// docs/storage-layout.md describes the JSON.

namespace healthmetric::archive {

/// Of what is written; readers take older ones, and of later ones what they know.
inline constexpr unsigned kSummarySchemaVersion = 2;

/// A file that is odd, but stored.
struct Warning {
  std::string path;  ///< as sent
  std::string text;
};

/// A summary without its list of files.
struct Summary {
  payload::BatchId id;
  BatchStatus status = BatchStatus::stored;
  std::string reason;  ///< why it was rejected; empty when stored
  payload::BatchMetadata metadata;
  std::vector<PayloadFile> payloads;
  std::vector<Warning> warnings;
  std::chrono::sys_seconds processed_at;
  std::chrono::milliseconds duration{0};
};

/// One stored file, as recorded in the summary.
struct RecordedFile {
  std::string path;  ///< as sent
  std::string stored_path;
  std::uint64_t size_bytes = 0;
  std::string sha256;
  std::string git_blob;  ///< empty: not recorded
  std::string content_type;
  std::optional<text::Moment> modified;  ///< of the source file
};

/// The producer of a batch that does not tell it.
inline constexpr std::string_view kUnknownProducer = "unknown";

/// Who sent a batch: the id in its metadata, else the sender's host, else kUnknownProducer.
std::string producer_of(const payload::ProducerMark& producer,
                        const std::optional<payload::SenderIdentity>& sender);

}  // namespace healthmetric::archive
