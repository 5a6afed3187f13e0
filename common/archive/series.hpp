#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

/// A stored batch, as its summary has it.
struct SeriesBatch {
  std::string batch_id;
  SeriesKey key;
  std::optional<std::uint64_t> sequence;  ///< nothing: in front of those that have one
  std::chrono::sys_seconds processed_at;
  std::vector<std::string> files;  ///< paths as sent
  std::vector<std::string> gone;
};

/// A version of a file: the place of its batch among those given, and its own in `files`.
struct Version {
  std::size_t batch = 0;
  std::size_t file = 0;

  friend bool operator==(const Version&, const Version&) = default;
};

/// A file that the state has, under a path of a tree.
struct CurrentFile {
  std::string path;
  Version version;

  friend bool operator==(const CurrentFile&, const CurrentFile&) = default;
};

/// One that the state has not although nobody said that it is gone.
struct HiddenFile {
  enum class Why {
    other_series,    ///< another series of the tree has that path, processed later
    file_or_folder,  ///< a newer version is below that path, or at a folder of it
  };

  std::string path;
  Version version;
  Version by;
  Why why = Why::other_series;

  friend bool operator==(const HiddenFile&, const HiddenFile&) = default;
};

struct SeriesState {
  std::vector<CurrentFile> files;  ///< by tree, and then by path
  std::vector<HiddenFile> hidden;  ///< likewise
};

/// The batches as places in `batches`, in the order in which they count: series after series, and
/// within one by `sequence`; where that is the same or none, by the time of processing and the id.
std::vector<std::size_t> in_order(const std::vector<SeriesBatch>& batches);

/// What all batches processed until `at`, that moment included, say in their order. A file takes
/// the place of a folder of its name within a series, and the other way round; between series of a
/// tree the one whose batch was processed later does. No series makes the files of another gone.
SeriesState state_at(const std::vector<SeriesBatch>& batches, std::chrono::sys_seconds at);

}  // namespace healthmetric::archive
