#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/payload/batch.hpp"
#include "common/payload/batch_id.hpp"
#include "common/payload/encoding.hpp"
#include "common/platform/file.hpp"
#include "common/select/scan_result.hpp"
#include "sender/model/limits.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::pack {

struct PackOptions {
  payload::BatchId id;
  std::string batch_name;
  std::string source;
  std::optional<payload::SenderIdentity> sender;
  payload::ProducerMark producer;
  std::vector<payload::RelativePath> gone;  ///< files that were sent before and no longer exist
  bool is_heartbeat_due = false;            ///< pack a batch even if there is nothing to send
  std::uint64_t part_limit_bytes = model::kDefaultPartBytes;
  payload::Encoding encoding;
  payload::Limits limits;
};

/// A payload file that is complete and durable.
struct PackedPart {
  payload::PayloadName name;
  std::uint64_t size_bytes = 0;
};

struct PackedBatch {
  std::vector<PackedPart> parts;  ///< empty if there is nothing to send and no heartbeat is due
  std::uint64_t files = 0;
  std::uint64_t size_bytes = 0;
  std::vector<select::Skipped> skipped;  ///< by the scan and by packing
  std::size_t gone = 0;                  ///< how many of PackOptions::gone are listed

  [[nodiscard]] bool is_heartbeat() const { return !parts.empty() && files == 0 && gone == 0; }
};

/// One file as it was packed.
struct PackedFile {
  const select::SourceFile& source;
  std::uint64_t size_bytes = 0;
  std::optional<platform::FileTime> modified;  ///< nullopt if it is in memory only
  std::string sha256;
};

/// Called for each file once it is completely packed.
using OnPacked = std::function<void(const PackedFile&)>;

/// Packs files into payload parts in `folder`, which exists and is empty, with one pass over each
/// file, in memory that does not grow with them. Parts are split between files; a file too large
/// for one part is cut into chunks. A file that changes while it is read is read again, and skipped
/// by error if it keeps changing. With an empty `folder` nothing is written: the result says what
/// would be. A signal deferred by watch_for_signals() ends it.
PackedBatch pack(const select::ScanResult& scan, const std::filesystem::path& folder,
                 const PackOptions& options, model::Progress& progress,
                 const OnPacked& on_packed = {});

}  // namespace healthmetric::pack
