#pragma once

#include <utility>

namespace healthmetric::platform {

/// Owns what the system knows an open file, folder or pipe by, and closes it. What that is concerns
/// nobody outside this folder; others keep it and hand it on.
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

  /// Gives it away.
  Native release() noexcept { return std::exchange(native_, -1); }

 private:
  Native native_ = -1;
};

}  // namespace healthmetric::platform
