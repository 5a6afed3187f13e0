#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace healthmetric::growth {

/// Where a hash is in a table. Whoever writes summaries chooses their digests and paths, and so
/// could make a table with predictable places slow: see common/base/hash_set.hpp.
class RandomHash {
 public:
  RandomHash() {
    std::random_device random;
    multiplier_ = (std::uint64_t{random()} << 32U) | random() | 1U;
  }

  std::size_t operator()(std::uint64_t hash) const noexcept {
    return static_cast<std::size_t>((hash * multiplier_) >> 32U);
  }

 private:
  std::uint64_t multiplier_ = 1;
};

}  // namespace healthmetric::growth
