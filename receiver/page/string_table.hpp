#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace healthmetric::page {

/// Texts from elsewhere, each once; others refer to them by their index.
class StringTable {
 public:
  /// Longer texts are cut, and end in an ellipsis then. 0: none is.
  explicit StringTable(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// The index of printable(text), which is added if it is not there.
  std::size_t index_of(std::string_view text);

  [[nodiscard]] std::size_t count() const { return indices_.size(); }

  /// About how much to_json() returns.
  [[nodiscard]] std::size_t size_bytes() const { return json_.size(); }

  /// A JSON array of strings.
  [[nodiscard]] std::string to_json() const { return "[" + json_ + "]"; }

 private:
  std::size_t max_bytes_;
  std::map<std::string, std::size_t, std::less<>> indices_;
  std::string json_;
};

}  // namespace healthmetric::page
