#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/hash_set.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/batch_id.hpp"
#include "common/payload/relative_path.hpp"
#include "receiver/unpack/path_component.hpp"

namespace healthmetric::unpack {

/// The pattern a file's stored path is made from. Fields: {batch} {dir} {stem} {ext} {timestamp}
/// {id} {year} {month} {day} {batch_id}; docs/storage-layout.md explains them.
class NameTemplate {
 public:
  static constexpr std::string_view kDefault =
      "{batch}/{year}/{month}/{day}/{dir}{timestamp}-{id}_{stem}{ext}";

  /// Throws Error{usage} for an unknown field, a brace without its other half, a pattern without a
  /// folder, or one that gives two batches or two files of one folder the same path: it needs
  /// {stem}, and {id} or {batch_id}.
  explicit NameTemplate(std::string pattern);

  /// The pattern with the fields of the batch filled in, except {batch}, which may be cut; the
  /// fields of a file are left.
  [[nodiscard]] std::string for_batch(const payload::BatchId& batch) const;

 private:
  std::string pattern_;
};

/// The value of {batch}: the batch's name in NFC, in which everything but letters and digits of any
/// script and `._-` is replaced by `_`. If the metadata contradicts the id, the name in the id is
/// used.
std::string batch_folder(const payload::BatchId& id, const payload::BatchMetadata& metadata);

/// Chooses the stored paths of a batch's files below `_storage/`: valid on every system, and
/// distinct even if case or Unicode normalisation is ignored.
class StoredNames {
 public:
  /// `max_folders` bounds the folders of the batch, all levels counted.
  StoredNames(const NameTemplate& pattern, const payload::BatchId& batch, std::string_view folder,
              std::uint64_t max_folders);

  /// The stored path of `path`; the same sequence of paths always gives the same results. Throws
  /// Error{unsafe_path} if no valid name can be made, and Error{too_large} if the batch has more
  /// than `max_folders` folders.
  payload::RelativePath place(const payload::RelativePath& path);

 private:
  enum class Kind { file, folder };

  /// A component, and the hash of its folded path from the top.
  struct Placed {
    std::string name;
    std::uint64_t hash = 0;
  };

  /// Makes this the folder of the files to come. It has a component at least.
  void place_folder(std::vector<PathComponent> components);

  /// `name`, or with "~2" and so on when the folder with the hash `folder` has it already.
  Placed place_component(std::uint64_t folder, const PathComponent& name, Kind kind);
  Placed place_numbered(std::uint64_t folder, const PathComponent& name, Kind kind);
  [[nodiscard]] bool is_taken(const Placed& candidate, Kind kind) const;

  /// The number that a name got last, of those that share the names with numbers.
  struct LastNumber {
    std::uint64_t family = 0;
    std::uint64_t number = 0;
  };

  std::string pattern_;       ///< NameTemplate::for_batch()
  std::string batch_folder_;  ///< what {batch} stands for
  std::uint64_t max_folders_;
  std::string wanted_folder_;
  Placed placed_folder_;  ///< its path, with a slash at its end
  // Of folded paths; a collision only costs a file a needless "~2".
  HashSet files_;
  HashSet folders_;
  // Only to be quick: what is not remembered here is found a little later.
  std::array<LastNumber, 1024> last_numbers_{};
};

}  // namespace healthmetric::unpack
