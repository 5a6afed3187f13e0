#include "common/base/hash_set.hpp"

#include <random>
#include <utility>

namespace healthmetric {
namespace {

constexpr unsigned kFirstSizeLog = 6;

/// 0 marks a free slot, so another hash stands for it.
std::uint64_t never_zero(std::uint64_t hash) {
  return hash == 0 ? 1 : hash;
}

std::uint64_t random_odd_number() {
  std::random_device random;
  return (std::uint64_t{random()} << 32U) | random() | 1U;
}

}  // namespace

HashSet::HashSet()
    : slots_(std::size_t{1} << kFirstSizeLog),
      multiplier_(random_odd_number()),
      shift_(64 - kFirstSizeLog) {}

/// Where the hash is, or where it would go.
std::size_t HashSet::slot_of(std::uint64_t hash) const {
  std::size_t slot = (hash * multiplier_) >> shift_;
  while (slots_[slot] != 0 && slots_[slot] != hash) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

bool HashSet::insert(std::uint64_t hash) {
  hash = never_zero(hash);
  const std::size_t slot = slot_of(hash);
  if (slots_[slot] == hash) return false;
  slots_[slot] = hash;
  ++size_;
  if (size_ * 5 > slots_.size() * 4) grow();
  return true;
}

bool HashSet::contains(std::uint64_t hash) const {
  hash = never_zero(hash);
  return slots_[slot_of(hash)] == hash;
}

void HashSet::grow() {
  const std::vector<std::uint64_t> old =
      std::exchange(slots_, std::vector<std::uint64_t>(slots_.size() * 2));
  --shift_;
  for (const std::uint64_t hash : old) {
    if (hash != 0) slots_[slot_of(hash)] = hash;
  }
}

}  // namespace healthmetric
