#pragma once

#include <utility>

namespace healthmetric::platform {

/// Owns the system's handle of an open file, folder or pipe, and closes it. Its type is private to
/// this folder; others only store it and pass it on.
class Handle {
 public:
  using Native = int;

  Handle() = default;
  explicit Handle(Native native) noexcept : native_(native) {}
  Handle(Handle&& other) noexcept : native_(other.release()) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(native_, other.native_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();

  [[nodiscard]] Native get() const noexcept { return native_; }
  explicit operator bool() const noexcept { return native_ >= 0; }

  /// Gives up ownership.
  Native release() noexcept { return std::exchange(native_, -1); }

 private:
  Native native_ = -1;
};

}  // namespace healthmetric::platform
