#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace healthmetric::unpack {

/// A set of 64-bit hashes for up to a hundred thousand names, which take a mebibyte: between two
/// enlargements it is four to eight tenths full.
///
/// An attacker who chooses the names chooses their hashes, and a table whose places he can predict
/// he can make slow. So places come from a multiplication with a number drawn at random
/// (multiply-shift: Dietzfelbinger and others, "A Reliable Randomized Algorithm for the
/// Closest-Pair Problem").
class HashSet {
 public:
  HashSet();

  /// False when it is there already.
  bool insert(std::uint64_t hash);
  [[nodiscard]] bool contains(std::uint64_t hash) const;
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const;
  void grow();

  std::vector<std::uint64_t> slots_;  ///< 0 is a free one
  std::uint64_t multiplier_;
  unsigned shift_;
  std::size_t size_ = 0;
};

}  // namespace healthmetric::unpack
