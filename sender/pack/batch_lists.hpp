#pragma once

#include <cstdint>
#include <vector>

#include "common/payload/batch.hpp"
#include "common/payload/relative_path.hpp"
#include "sender/model/scan_result.hpp"

/// The lists in the metadata of a batch, which its last part carries beside its files.

namespace healthmetric::pack {

/// What there is to list, in the order in which it matters where it does not fit whole.
struct BatchLists {
  const std::vector<model::Skipped>& skipped;
  const std::vector<payload::RelativePath>& gone;
  const std::vector<payload::RelativePath>& empty_folders;
};

/// What of a part's limit is kept free for the lists, as far as they are known before packing: for
/// each no more than an eighth.
std::uint64_t room_for_lists(const model::ScanResult& scan,
                             const std::vector<payload::RelativePath>& gone,
                             std::uint64_t part_limit_bytes);

/// Puts into the metadata what a payload may have of each list and there is room for, the first
/// entries; of what was skipped, errors rather than what a rule skipped.
void fill_lists(payload::BatchMetadata& metadata, const BatchLists& lists,
                std::uint64_t room_bytes);

}  // namespace healthmetric::pack
