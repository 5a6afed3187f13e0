#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "receiver/growth/random_hash.hpp"

namespace healthmetric::growth {

/// How many entries folders have, files and folders. Memory is bounded: of more than kMaxFolders
/// the small ones are forgotten, which may only grow later if batches of other days share them.
class FolderSizes {
 public:
  static constexpr std::size_t kMaxFolders = 200'000;

  /// Adds the file "a/b/c", which is a new one.
  void add(std::string_view path);

  struct Widest {
    std::string path;  ///< "a/b/"
    std::uint64_t entries = 0;
  };
  [[nodiscard]] const Widest& widest() const { return widest_; }
  [[nodiscard]] bool is_exact() const { return is_exact_; }

 private:
  void forget_small_ones();

  /// By the hash of the folder.
  std::unordered_map<std::uint64_t, std::uint32_t, RandomHash> entries_;
  Widest widest_;
  bool is_exact_ = true;
};

}  // namespace healthmetric::growth
