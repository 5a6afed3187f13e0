#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "common/batch_id.hpp"
#include "common/relative_path.hpp"

namespace healthmetric {

/// The pattern a file's stored path is made from. Fields: {batch} {dir} {stem} {ext} {timestamp}
/// {id} {year} {month} {day} {batch_id}; docs/storage-layout.md explains them.
class NameTemplate {
 public:
  static constexpr std::string_view kDefault = "{batch}/{dir}{stem}_{timestamp}-{id}{ext}";

  /// Throws Error{usage} for an unknown field, a brace without its other half, a pattern without a
  /// folder, or one in which two batches or two files of one folder would always meet: it needs
  /// {stem}, and {id} or {batch_id}.
  explicit NameTemplate(std::string pattern);

  /// The path for one file of a batch, before StoredNames makes it safe and distinct.
  [[nodiscard]] std::string expand(const BatchId& batch, const RelativePath& path) const;

 private:
  std::string pattern_;
};

/// Gives the files of one batch their places below `_storage/`: safe on every system, and distinct
/// even where case or Unicode normalisation is ignored.
class StoredNames {
 public:
  StoredNames(const NameTemplate& pattern, BatchId batch);

  /// The place for `path`; the same sequence of paths always gets the same places.
  /// Throws Error{unsafe_path} when no valid name can be made.
  RelativePath place(const RelativePath& path);

 private:
  enum class Kind { file, folder };

  /// `name`, or with "~2" and so on when `folder` ("" or ending in "/") has it already.
  std::string place_component(const std::string& folder, const std::string& name, Kind kind);

  const NameTemplate& pattern_;
  BatchId batch_;
  // 64-bit hashes of the folded paths: a collision only costs a file a needless "~2".
  std::unordered_set<std::uint64_t> files_;
  std::unordered_set<std::uint64_t> folders_;
};

/// `component` as every file system accepts it: `<>:"|?*` and trailing dots and spaces become `_`,
/// names Windows keeps for devices get `_` in front (Microsoft, "Naming Files, Paths, and
/// Namespaces"), as do names that git keeps for itself.
std::string portable_component(std::string_view component);

}  // namespace healthmetric
