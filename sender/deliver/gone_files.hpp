#pragma once

#include <cstdint>
#include <vector>

#include "common/payload/relative_path.hpp"
#include "common/select/scan_result.hpp"
#include "sender/model/target.hpp"
#include "sender/outbox/entry.hpp"
#include "sender/outbox/sent_files.hpp"
#include "sender/pack/source_folder.hpp"

namespace healthmetric::deliver {

/// Files that were sent from a folder and no longer exist.
struct GoneFiles {
  std::vector<payload::RelativePath> paths;  ///< sorted
  std::uint64_t left = 0;                    ///< how many of the files sent still exist

  /// Then a disk may be missing.
  [[nodiscard]] bool is_all() const { return left == 0 && !paths.empty(); }
};

/// Compares what was sent from a folder under a batch name with what was found there. What was
/// found but skipped is not gone, nor is anything below a folder that was skipped or could not be
/// read. Files that one of the `queued` batches already lists as gone are not listed again.
GoneFiles find_gone(const select::ScanResult& scan, const pack::SourceFolder& source,
                    outbox::SentFiles& sent, const std::vector<outbox::OutboxEntry>& queued,
                    const model::Target& target);

}  // namespace healthmetric::deliver
