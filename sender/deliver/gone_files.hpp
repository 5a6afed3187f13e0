#pragma once

#include <cstdint>
#include <vector>

#include "common/payload/relative_path.hpp"
#include "sender/model/scan_result.hpp"
#include "sender/model/target.hpp"
#include "sender/outbox/outbox.hpp"
#include "sender/outbox/sent_files.hpp"
#include "sender/pack/source_folder.hpp"

namespace healthmetric::deliver {

/// Files that were sent from a folder and are not there any more.
struct GoneFiles {
  std::vector<payload::RelativePath> paths;  ///< sorted
  std::uint64_t left = 0;                    ///< of those that were sent so many are there
};

/// Compares what was sent from a folder under a batch name with what was found there. What was
/// found but skipped is not gone, nor what lies below something that was skipped or could not be
/// read; of what a queued batch says that it is gone nothing is said again.
GoneFiles find_gone(const model::ScanResult& scan, const pack::SourceFolder& source,
                    outbox::SentFiles& sent, const outbox::Outbox& outbox,
                    const model::Target& target);

}  // namespace healthmetric::deliver
