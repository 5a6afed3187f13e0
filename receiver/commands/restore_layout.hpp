#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/archive/series.hpp"

namespace healthmetric::receiver {

/// Where trees go below the folder that they are restored to: one alone goes straight into it, of
/// several each into a folder "<producer>/<batch>/" of its own, with names that every system takes.
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

/// Who has which path where all trees go into one folder.
class FlatClaims {
 public:
  /// Claims the path for a tree. Empty where that may be: it is free, or has these bytes already.
  /// Else the tree that has it, or a file in its way.
  std::string claim(const std::string& path, const std::string& tree, const std::string& sha256);

 private:
  struct Claim {
    std::string tree;
    std::string sha256;
  };

  std::map<std::string, Claim> claims_;
};

}  // namespace healthmetric::receiver
