#include "receiver/growth/repeats.hpp"

#include <functional>

namespace healthmetric::growth {

bool Repeats::add(std::string_view sha256, std::uint64_t size_bytes) {
  // Not its first digits: it may be any text.
  const std::uint64_t key = std::hash<std::string_view>()(sha256);
  if ((key & mask_) != 0) return false;
  const std::uint64_t weight = mask_ + 1;  // so many stand for this one
  if (!known_.insert(key).second) {
    repeated_.files += weight;
    repeated_.bytes += weight * size_bytes;
    return true;
  }
  while (known_.size() > kMaxDigests) {
    mask_ = mask_ * 2 + 1;
    std::erase_if(known_, [this](std::uint64_t each) { return (each & mask_) != 0; });
  }
  return false;
}

}  // namespace healthmetric::growth
