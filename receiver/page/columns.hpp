#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace healthmetric::page {

/// A column of numbers, as the text of a JSON array.
class Column {
 public:
  template <std::integral Number>
  void add(Number value) {
    separate();
    text_ += std::to_string(value);
  }

  void add_null() {
    separate();
    text_ += "null";
  }

  [[nodiscard]] std::string to_json() const { return "[" + text_ + "]"; }

 private:
  void separate() {
    if (!text_.empty()) text_ += ',';
  }

  std::string text_;
};

/// A column of digests, of each the first eight digits, as one JSON string.
class DigestColumn {
 public:
  static constexpr std::size_t kDigits = 8;

  /// What is not a digest becomes question marks.
  void add(std::string_view digest);

  [[nodiscard]] std::string to_json() const { return '"' + text_ + '"'; }

 private:
  std::string text_;
};

}  // namespace healthmetric::page
