#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace healthmetric {

/// The words with `separator` between them.
inline std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : std::string(separator)) + word;
  return text;
}

}  // namespace healthmetric
