#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/archive/storage_reader.hpp"
#include "common/payload/batch.hpp"
#include "common/platform/clock.hpp"

/// `healthmetric-receiver verify`: compares a storage with what its summaries say.

namespace healthmetric::receiver {

struct Finding {
  enum class Kind {
    missing,      ///< a stored file is not there
    changed,      ///< its content differs, or it is not a regular file
    unreadable,   ///< the system cannot read it
    unknown,      ///< something that no summary lists
    bad_summary,  ///< a summary that cannot be read or contradicts itself
  };

  Kind kind;
  std::string path;      ///< below the storage folder
  std::string batch_id;  ///< empty if it belongs to no batch
  std::string detail;
};

struct Audit {
  std::string storage;  ///< the folder, as it was named
  std::uint64_t stored_batches = 0;
  std::uint64_t rejected_batches = 0;
  std::uint64_t files = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t waiting = 0;      ///< payloads in the inbox and the root
  std::uint64_t litter = 0;       ///< files that a system creates in folders, such as .DS_Store
  std::uint64_t found = 0;        ///< all findings
  std::vector<Finding> findings;  ///< the first ones
};

enum class ShowProgress { yes, no };

/// Reads every summary, computes the digest of every file it lists, then looks for other files.
/// Throws Error{usage} for an empty folder: it is not a storage, or everything in it is gone. Does
/// not follow links. Each finding is logged as an error. Memory grows by 16 bytes for each stored
/// file.
Audit audit(archive::StorageReader& storage, const payload::Limits& limits, platform::Clock& clock,
            ShowProgress progress);

/// One line: "verified 12 batches (84 files, 15.2 MiB): nothing is missing, changed or unknown", or
/// "nothing is stored in '_storage' yet".
std::string to_line(const Audit& audit);

/// One JSON object in one line; docs/output.md describes it.
std::string to_json_text(const Audit& audit);

}  // namespace healthmetric::receiver
