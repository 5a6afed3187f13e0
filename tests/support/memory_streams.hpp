#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "common/base/stream.hpp"

namespace healthmetric {

/// A Sink that keeps what it gets.
class TextSink final : public Sink {
 public:
  void write(std::string_view bytes) override { text.append(bytes); }

  std::string text;
};

/// A Source that gives at most `step` bytes at a time.
class SlowSource final : public Source {
 public:
  SlowSource(std::string_view text, std::size_t step) : text_(text), step_(step) {}

  std::size_t read(std::span<char> into) override {
    return text_.read(into.first(std::min(into.size(), step_)));
  }

 private:
  TextSource text_;
  std::size_t step_;
};

}  // namespace healthmetric
