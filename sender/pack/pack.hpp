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
#include "sender/model/limits.hpp"
#include "sender/model/progress.hpp"
#include "sender/model/scan_result.hpp"

namespace healthmetric::pack {

struct PackOptions {
  payload::BatchId id;
  std::string batch_name;
  std::string source;
  std::optional<payload::SenderIdentity> sender;
  payload::ProducerMark producer;
  std::vector<payload::RelativePath> gone;  ///< what was sent before and is not there any more
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
  std::vector<PackedPart> parts;  ///< none when there is neither a file nor something gone
  std::uint64_t files = 0;
  std::uint64_t size_bytes = 0;
  std::vector<model::Skipped> skipped;  ///< the scan's and what packing added
  std::size_t gone = 0;                 ///< so many of PackOptions::gone, from the first on
};

/// One file as it was packed.
struct PackedFile {
  const model::SourceFile& source;
  std::uint64_t size_bytes = 0;
  std::optional<platform::FileTime> modified;  ///< when it lies somewhere
  std::string sha256;
};

/// Hears of each file once all of it is packed.
using OnPacked = std::function<void(const PackedFile&)>;

/// Packs files into payload parts in `folder`, which exists and is empty, one pass over each file,
/// in memory that does not grow with them. A part is split between files; a file too large for a
/// part of its own is cut into chunks. A file that changes while it is read is read again, and
/// skipped by error when it does not come to rest. With an empty `folder` nothing is written: the
/// result tells what would be. A signal that watch_for_signals() made wait ends it.
PackedBatch pack(const model::ScanResult& scan, const std::filesystem::path& folder,
                 const PackOptions& options, model::Progress& progress,
                 const OnPacked& on_packed = {});

}  // namespace healthmetric::pack
