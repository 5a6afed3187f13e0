#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/platform/clock.hpp"
#include "common/select/scan_rules.hpp"
#include "common/select/unconsidered.hpp"
#include "receiver/commands/batch_filter.hpp"
#include "receiver/commands/comparison_list.hpp"
#include "receiver/commands/stored_files.hpp"

/// The work of `healthmetric-receiver compare`.

namespace healthmetric::receiver {

enum class StoredBytes { verify, trust_summaries };

struct CompareRules {
  std::filesystem::path folder;
  select::ScanRules selection;  ///< of files in the folder
  std::chrono::sys_seconds at;
  BatchFilter batches;
  StoredBytes stored_bytes = StoredBytes::verify;
  /// If the filter names no producer: the one to be compared with if the storage has several.
  std::string this_producer;
  bool shows_progress = true;
};

/// The result of a comparison.
struct Compared {
  std::array<std::uint64_t, kComparisons.size()> counts{};  ///< by Comparison
  select::FilesByType unconsidered;
  std::set<std::string> producers;             ///< that the folder was compared with
  std::set<std::string> batch_names;           ///< of theirs
  std::optional<archive::SeriesBatch> newest;  ///< in the whole storage, by time of processing

  [[nodiscard]] std::uint64_t count(Comparison comparison) const {
    return counts.at(static_cast<std::size_t>(comparison));
  }
  /// Whether every file of the folder that was considered is stored.
  [[nodiscard]] bool has_all() const {
    return count(Comparison::differs) + count(Comparison::only_here) +
               count(Comparison::unreadable) ==
           0;
  }
  [[nodiscard]] std::uint64_t unconsidered_count() const;
};

/// "'a', 'b' and 'c'", of many the first and how many more.
std::string listed_names(const std::set<std::string>& names, std::string_view conjunction);

/// Compares a folder with the state that the batches add up to, path by path in their order.
/// Problems with single files are reported through `stored`. Throws Error{usage} if the folder or
/// an ignore file in it cannot be read, and if it is not clear which producer is meant.
Compared compare(StoredFiles& stored, const CompareRules& rules, ComparisonList& list,
                 platform::Clock& clock);

}  // namespace healthmetric::receiver
