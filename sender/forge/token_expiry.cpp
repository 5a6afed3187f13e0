#include "sender/forge/token_expiry.hpp"

#include <utility>

#include "common/text/timestamp.hpp"

namespace healthmetric::forge {
namespace {

/// Both forms are shorter.
constexpr std::size_t kMaxBytes = 40;

constexpr std::chrono::years kLongestAgo{10};
constexpr std::chrono::years kLongestAhead{100};

}  // namespace

std::optional<std::chrono::sys_seconds> parse_token_expiry(std::string text) {
  if (text.size() > kMaxBytes) return {};
  if (text.ends_with(" UTC")) text.resize(text.size() - 4);
  const std::size_t zone = text.rfind(' ');
  if (zone != std::string::npos && zone > text.find(' ') && text.size() - zone == 6) {
    text.insert(text.size() - 2, ":");
    text.erase(zone, 1);
  }
  return text::parse_timestamp(text);
}

std::optional<std::chrono::sys_seconds> plausible_token_expiry(std::string text,
                                                               std::chrono::sys_seconds now) {
  const auto end = parse_token_expiry(std::move(text));
  const bool is_plausible = end && *end > now - kLongestAgo && *end < now + kLongestAhead;
  return is_plausible ? end : std::nullopt;
}

}  // namespace healthmetric::forge
