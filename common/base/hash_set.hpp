#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace healthmetric {

/// A set of 64-bit hashes. It is 40 to 80 % full, so a hundred thousand hashes take about a
/// mebibyte.
///
/// An attacker who chooses the names chooses their hashes, and could make a table with predictable
/// slots slow. So the slot comes from a multiplication by a random number (multiply-shift:
/// Dietzfelbinger and others, "A Reliable Randomized Algorithm for the Closest-Pair Problem").
class HashSet {
 public:
  HashSet();

  /// False if it was already there.
  bool insert(std::uint64_t hash);
  [[nodiscard]] bool contains(std::uint64_t hash) const;
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const;
  void grow();

  std::vector<std::uint64_t> slots_;  ///< 0: free
  std::uint64_t multiplier_;
  unsigned shift_;
  std::size_t size_ = 0;
};

}  // namespace healthmetric
