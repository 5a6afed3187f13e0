#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/archive/summary.hpp"

/// What a producer's batches amount to: which files exist at a given time, and in which version.
///
/// A *series* is what one instance of a producer sends from one source folder under one batch name.
/// Within a series, `sequence` gives the order, never a clock; between series, the time of
/// processing does. The series of one producer and batch name form one tree.

namespace healthmetric::archive {

struct SeriesKey {
  std::string producer;
  std::string batch_name;
  std::string instance;
  std::string source;

  friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;

  /// Whether both series belong to the same tree.
  [[nodiscard]] bool same_tree(const SeriesKey& other) const {
    return producer == other.producer && batch_name == other.batch_name;
  }
};

/// A stored batch: what puts it in order.
struct SeriesBatch {
  std::string batch_id;
  SeriesKey key;
  std::optional<std::uint64_t> sequence;  ///< nullopt: sorts before all numbers
  std::chrono::sys_seconds processed_at;
};

/// What it says of the files.
struct BatchContent {
  std::vector<RecordedFile> files;
  std::vector<std::string> gone;
  std::vector<std::string> folders;  ///< that were empty
};

/// A file in the state; `batch` is the index of its batch.
struct CurrentFile {
  RecordedFile file;
  std::size_t batch = 0;
};

/// A file that is not in the state, although no batch says that it is gone.
struct HiddenFile {
  enum class Why {
    other_series,    ///< another series of the tree has that path, processed later
    file_or_folder,  ///< a newer version is below that path, or at a folder of it
  };

  std::string path;
  std::size_t batch = 0;
  std::size_t by = 0;  ///< the batch of what is there instead
  Why why = Why::other_series;

  friend bool operator==(const HiddenFile&, const HiddenFile&) = default;
};

/// What one producer has under one batch name.
struct Tree {
  std::string producer;
  std::string batch_name;
  std::vector<CurrentFile> files;  ///< by path
  std::vector<HiddenFile> hidden;  ///< by path
  /// That are empty, as the latest batch of each series says, except where a file is in the way.
  std::set<std::string> folders;
};

/// Indices of `batches`, in the order in which they apply: one series after another, and within
/// each by `sequence`, then by the time of processing, then by the id.
std::vector<std::size_t> in_order(const std::vector<SeriesBatch>& batches);

using ReadContent = std::function<BatchContent(std::size_t batch)>;
using TreeHandler = std::function<void(Tree&& tree)>;

/// Calls `use` for each tree, with its state after all batches processed up to and including `at`.
/// Within a series, a newer file replaces a folder of the same name, and vice versa; between series
/// of a tree, the one whose batch was processed later wins. No series deletes the files of another.
///
/// `read` is called once for each of these batches. In memory are one batch, and the files that
/// one tree has at that time, however many versions there are.
void for_each_tree(const std::vector<SeriesBatch>& batches, std::chrono::sys_seconds at,
                   const ReadContent& read, const TreeHandler& use);

}  // namespace healthmetric::archive
