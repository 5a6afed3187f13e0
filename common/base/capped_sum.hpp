#pragma once

#include <cstdint>
#include <limits>

namespace healthmetric {

/// The sum, or the most there can be: the sizes that a summary claims may be anything.
inline std::uint64_t capped_sum(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  return b > most - a ? most : a + b;
}

}  // namespace healthmetric
