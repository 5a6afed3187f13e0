#pragma once

#include <string>

#include "common/base/hash_set.hpp"

namespace healthmetric::restore {

/// Paths that some file systems take for the same as others: those that ignore case, the form of
/// accents, or dots at the end of a name.
class SimilarNames {
 public:
  /// Notes the path of a file. True if it may be the same to a file system as one noted before, or
  /// as a folder of one; true by chance is possible, so the file system must be asked.
  bool note(const std::string& path);

 private:
  bool note_folders(const std::string& key);

  // The hashes of the paths, which are long.
  HashSet files_;
  HashSet folders_;
};

}  // namespace healthmetric::restore
