#pragma once

#include <cstddef>
#include <span>
#include <string_view>

/// Bytes travel as `char`: a `string_view` to look at, a `span<char>` to fill.

namespace healthmetric {

/// Where bytes come from.
class Source {
 public:
  virtual ~Source() = default;

  /// Fills the front of `into` and returns how much; 0 only at the end. Throws Error{io}.
  virtual std::size_t read(std::span<char> into) = 0;
};

/// Where bytes go.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Takes all of `bytes`. Throws Error{io}.
  virtual void write(std::string_view bytes) = 0;
};

/// A Source over text in memory that outlives it.
class TextSource final : public Source {
 public:
  explicit TextSource(std::string_view text) : rest_(text) {}

  std::size_t read(std::span<char> into) override {
    const std::size_t count = rest_.copy(into.data(), into.size());
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
};

}  // namespace healthmetric
