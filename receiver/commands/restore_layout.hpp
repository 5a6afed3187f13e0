#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/archive/series.hpp"

namespace healthmetric::receiver {

/// Which folder each tree is restored to: a single tree to the destination itself; of several, each
/// to "<producer>/<batch>/" below it, with names that are valid on every system.
class RestoreLayout {
 public:
  enum class Form { apart, flat };

  /// For the trees that these batches make at that time.
  RestoreLayout(const std::vector<archive::SeriesBatch>& batches, std::chrono::sys_seconds at,
                Form form);

  /// "" or "<producer>/<batch>/".
  [[nodiscard]] const std::string& folder_of(const archive::SeriesKey& key) const;

 private:
  std::map<std::pair<std::string, std::string>, std::string> folders_;
};

/// Which tree has which path if all are restored to one folder.
class FlatClaims {
 public:
  /// Claims the path for a tree. "" if it is free, or claimed with the same content; else the tree
  /// that has it, or has a file at one of its folders or below it.
  std::string claim(const std::string& path, const std::string& tree, const std::string& sha256);

 private:
  struct Claim {
    std::string tree;
    std::string sha256;
  };

  std::map<std::string, Claim> claims_;
};

}  // namespace healthmetric::receiver
