#include "common/program/toml_keys.hpp"

#include <algorithm>
#include <string>

namespace healthmetric::program {
namespace {

/// Tells dots in keys from those in strings and comments.
class KeyScanner {
 public:
  explicit KeyScanner(std::string_view text) : rest_(text) {}

  std::optional<std::uint32_t> find() {
    while (!rest_.empty()) {
      const char next = rest_.front();
      if (next == '"' || next == '\'') {
        skip_string(next);
      } else if (next == '#') {
        skip(std::min(rest_.find('\n'), rest_.size()));
      } else if (count_parts(next); parts_ > kMaxKeyParts) {
        return line_;
      } else {
        skip(1);
      }
    }
    return {};
  }

 private:
  void count_parts(char next) {
    constexpr std::string_view kEndsOfKeys = "=,[]{}\n";
    if (next == '.') ++parts_;
    if (kEndsOfKeys.find(next) != std::string_view::npos) parts_ = 1;
  }

  void skip(std::size_t count) {
    const std::string_view skipped = rest_.substr(0, count);
    line_ += static_cast<std::uint32_t>(std::count(skipped.begin(), skipped.end(), '\n'));
    rest_.remove_prefix(skipped.size());
  }

  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool has_lines = rest_.starts_with(three);
    const std::string_view end = has_lines ? std::string_view(three) : rest_.substr(0, 1);
    skip(end.size());
    while (!rest_.empty() && !rest_.starts_with(end) && (has_lines || rest_.front() != '\n')) {
      skip(quote == '"' && rest_.front() == '\\' ? 2 : 1);
    }
    if (!rest_.starts_with(end)) return;
    skip(end.size());
    // One or two quotes may stand before the three that end it.
    for (int i = 0; i < 2 && has_lines && rest_.starts_with(quote); ++i) skip(1);
  }

  std::string_view rest_;
  std::uint32_t line_ = 1;
  std::size_t parts_ = 1;  ///< of the key so far
};

}  // namespace

std::optional<std::uint32_t> line_of_long_key(std::string_view text) {
  return KeyScanner(text).find();
}

}  // namespace healthmetric::program
