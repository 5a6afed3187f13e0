#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "receiver/commands/git_repository.hpp"
#include "receiver/commands/stored_files.hpp"
#include "receiver/growth/storage_growth.hpp"

namespace healthmetric::receiver {

/// GitHub recommends at most so many entries a folder.
inline constexpr std::uint64_t kMostEntries = 3'000;

inline constexpr std::uint64_t kGigabyte = 1'000'000'000;

/// What `growth` is asked.
struct GrowthQuestion {
  std::chrono::sys_seconds at;  ///< as of when
  bool is_now = true;           ///< git can only tell of now
  std::filesystem::path inbox;  ///< a checkout of the inbox branch; empty: none
};

/// How much a storage holds, how fast it grows, and what follows from that.
struct GrowthReport {
  std::chrono::sys_seconds at;
  std::uint64_t batches = 0;
  growth::Amount stored;
  growth::Amount repeated;
  bool repeated_is_exact = true;
  growth::FolderSizes::Widest widest;
  bool widest_is_exact = true;
  std::vector<growth::Share> months;
  std::vector<growth::Share> batch_names;
  std::vector<growth::Share> producers;
  std::optional<RepositorySize> repository;
  std::optional<growth::Amount> rejected;  ///< payloads in rejected/; nothing: was not looked at
  std::vector<growth::Pace> paces;         ///< of the last 30 and 90 days
  double bytes_now = 0;                    ///< what has to fit: the repository, or what is stored
  double packed_share = 1;                 ///< bytes of the repository for a stored one
  /// When 1, 5 and 10 GB are passed, at each pace.
  std::vector<std::vector<growth::Passing>> passings;
  std::vector<std::string> advice;
  std::uint64_t unreadable = 0;  ///< what was named as an error
  std::vector<std::string> not_looked_at;
};

/// Reads all summaries, asks git, and counts rejected payloads. Throws Error{usage} if the inbox is
/// not one.
GrowthReport growth_of(StoredFiles& stored, const GrowthQuestion& question);

}  // namespace healthmetric::receiver
