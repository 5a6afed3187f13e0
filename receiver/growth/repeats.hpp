#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "common/base/capped_sum.hpp"
#include "receiver/growth/random_hash.hpp"

namespace healthmetric::growth {

/// Files and their bytes.
struct Amount {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;

  void add(std::uint64_t size_bytes) {
    files += 1;
    bytes = capped_sum(bytes, size_bytes);
  }
};

/// How much of what is stored was stored before, by digest. Memory is bounded: up to kMaxDigests
/// different contents are all known; of more, those are whose hashes end in so many zeros, and the
/// result is estimated from them.
class Repeats {
 public:
  static constexpr std::size_t kMaxDigests = 200'000;

  /// Whether the content was stored before; always false for a content that is left out.
  bool add(std::string_view sha256, std::uint64_t size_bytes);

  [[nodiscard]] const Amount& repeated() const { return repeated_; }
  [[nodiscard]] bool is_exact() const { return mask_ == 0; }

 private:
  std::unordered_set<std::uint64_t, RandomHash> known_;
  std::uint64_t mask_ = 0;  ///< hashes of digests with any of these bits are left out
  Amount repeated_;
};

}  // namespace healthmetric::growth
