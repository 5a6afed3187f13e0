#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/archive/summary.hpp"

/// What a producer's batches say together: which files there are at a time, in which version.
///
/// A *series* is what one instance of a producer sends of one source folder under one batch name.
/// Within it `sequence` orders, never a clock; between series the time of processing does. The
/// series of one producer and batch name make one tree.

namespace healthmetric::archive {

struct SeriesKey {
  std::string producer;
  std::string batch_name;
  std::string instance;
  std::string source;

  friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;

  /// Whether both say something of the same tree.
  [[nodiscard]] bool is_of_tree(const SeriesKey& other) const {
    return producer == other.producer && batch_name == other.batch_name;
  }
};

/// A stored batch: what puts it in order.
struct SeriesBatch {
  std::string batch_id;
  SeriesKey key;
  std::optional<std::uint64_t> sequence;  ///< nothing: in front of those that have one
  std::chrono::sys_seconds processed_at;
};

/// What it says of the files.
struct BatchContent {
  std::vector<RecordedFile> files;
  std::vector<std::string> gone;
  std::vector<std::string> folders;  ///< that were empty
};

/// A file that the state has; `batch` is the place of its batch among those given.
struct CurrentFile {
  RecordedFile file;
  std::size_t batch = 0;
};

/// One that the state has not although nobody said that it is gone.
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
  std::set<std::string> folders;   ///< that are empty, as the latest batch of each series says
};

/// The batches as places in `batches`, in the order in which they count: series after series, and
/// within one by `sequence`; where that is the same or none, by the time of processing and the id.
std::vector<std::size_t> in_order(const std::vector<SeriesBatch>& batches);

using ReadContent = std::function<BatchContent(std::size_t batch)>;
using UseTree = std::function<void(Tree&& tree)>;

/// Hands out, tree after tree, what all batches processed until `at`, that moment included, say in
/// their order. A file takes the place of a folder of its name within a series, and the other way
/// round; between series of a tree the one whose batch was processed later does. No series makes
/// the files of another gone.
///
/// `read` is called once for each of these batches. In memory are one batch, and the files that
/// one tree has at that time, however many versions there are.
void each_tree(const std::vector<SeriesBatch>& batches, std::chrono::sys_seconds at,
               const ReadContent& read, const UseTree& use);

}  // namespace healthmetric::archive
