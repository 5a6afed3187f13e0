#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace healthmetric {

/// Bytes that grow at the end. Unlike a std::string it writes no zeros where something else is
/// written at once, which for blocks as large as the cache is a pass over memory saved.
class ByteBuffer {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }

  /// Room for `count` more bytes at the end, which have no value yet. Valid until the next call.
  std::span<char> extend(std::size_t count) {
    reserve(size_ + count);
    const std::span<char> room(bytes_.get() + size_, count);
    size_ += count;
    return room;
  }

  void append(std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(extend(bytes.size()).data(), bytes.data(), bytes.size());
  }

  /// Removes everything after the first `size` bytes; the capacity stays.
  void cut_to(std::size_t size) { size_ = std::min(size, size_); }
  void clear() { size_ = 0; }

 private:
  using Memory = char[];  // NOLINT(*-avoid-c-arrays): a vector would write zeros

  void reserve(std::size_t wanted) {
    if (wanted <= capacity_) return;
    const std::size_t capacity = std::max(wanted, capacity_ * 2);
    auto bytes = std::make_unique_for_overwrite<Memory>(capacity);
    if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }

  std::unique_ptr<Memory> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace healthmetric
