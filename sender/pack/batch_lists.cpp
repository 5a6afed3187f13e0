#include "sender/pack/batch_lists.hpp"

#include <algorithm>
#include <functional>

#include "common/base/printable.hpp"
#include "common/payload/writer.hpp"

namespace healthmetric::pack {
namespace {

payload::SkippedFile skipped_entry(const select::Skipped& file) {
  return {printable(file.file.path), printable(file.file.reason)};
}

std::uint64_t bytes_of(const std::vector<payload::RelativePath>& paths) {
  std::uint64_t bytes = 0;
  for (const payload::RelativePath& path : paths) {
    bytes += payload::PayloadWriter::listed_bytes(path);
  }
  return bytes;
}

std::vector<payload::RelativePath> paths_that_fit(const std::vector<payload::RelativePath>& paths,
                                                  std::uint64_t& room_bytes) {
  std::vector<payload::RelativePath> fitting;
  for (const payload::RelativePath& path : paths) {
    const std::uint64_t bytes = payload::PayloadWriter::listed_bytes(path);
    if (bytes > room_bytes || fitting.size() == payload::kMaxListedPaths) break;
    room_bytes -= bytes;
    fitting.push_back(path);
  }
  return fitting;
}

/// In the order of the list.
std::vector<payload::SkippedFile> skipped_that_fit(const std::vector<select::Skipped>& all,
                                                   std::uint64_t room_bytes) {
  std::vector<const select::Skipped*> chosen;
  chosen.reserve(all.size());
  for (const select::Skipped& file : all) chosen.push_back(&file);
  std::stable_partition(chosen.begin(), chosen.end(), [](const select::Skipped* file) {
    return file->cause == select::SkipCause::by_error;
  });
  std::size_t count = 0;
  for (; count < std::min(chosen.size(), payload::kMaxSkippedEntries); ++count) {
    const std::uint64_t bytes =
        payload::PayloadWriter::skipped_bytes(skipped_entry(*chosen[count]));
    if (bytes > room_bytes) break;
    room_bytes -= bytes;
  }
  chosen.resize(count);
  std::sort(chosen.begin(), chosen.end(), std::less<>());
  std::vector<payload::SkippedFile> skipped;
  skipped.reserve(count);
  for (const select::Skipped* file : chosen) skipped.push_back(skipped_entry(*file));
  return skipped;
}

}  // namespace

std::uint64_t room_for_lists(const select::ScanResult& scan,
                             const std::vector<payload::RelativePath>& gone,
                             std::uint64_t part_limit_bytes) {
  std::uint64_t skipped_bytes = 0;
  const std::size_t count = std::min(scan.skipped.size(), payload::kMaxSkippedEntries);
  for (std::size_t i = 0; i < count; ++i) {
    skipped_bytes += payload::PayloadWriter::skipped_bytes(skipped_entry(scan.skipped[i]));
  }
  std::uint64_t room_bytes = 0;
  for (const std::uint64_t bytes : {skipped_bytes, bytes_of(gone), bytes_of(scan.empty_folders)}) {
    room_bytes += std::min(bytes, part_limit_bytes / 8);
  }
  return room_bytes;
}

void fill_lists(payload::BatchMetadata& metadata, const BatchLists& lists,
                std::uint64_t room_bytes) {
  metadata.gone = paths_that_fit(lists.gone, room_bytes);
  metadata.folders = paths_that_fit(lists.empty_folders, room_bytes);
  metadata.skipped = skipped_that_fit(lists.skipped, room_bytes);
}

}  // namespace healthmetric::pack
