#pragma once

#include <cstdint>
#include <vector>

#include "common/payload/batch.hpp"
#include "common/payload/relative_path.hpp"
#include "common/select/scan_result.hpp"

/// The lists in the metadata of a batch, which is in its last part, together with files.

namespace healthmetric::pack {

/// The complete lists, the most important first: they may not all fit.
struct BatchLists {
  const std::vector<select::Skipped>& skipped;
  const std::vector<payload::RelativePath>& gone;
  const std::vector<payload::RelativePath>& empty_folders;
};

/// How much of a part's limit to reserve for the lists, as far as they are known before packing: at
/// most an eighth for each.
std::uint64_t room_for_lists(const select::ScanResult& scan,
                             const std::vector<payload::RelativePath>& gone,
                             std::uint64_t part_limit_bytes);

/// Adds to the metadata the first entries of each list, as many as the format allows and there is
/// room for; among the skipped files, those skipped by error come first.
void fill_lists(payload::BatchMetadata& metadata, const BatchLists& lists,
                std::uint64_t room_bytes);

}  // namespace healthmetric::pack
