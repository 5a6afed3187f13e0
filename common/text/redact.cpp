#include "common/text/redact.hpp"

#include <algorithm>
#include <array>

namespace healthmetric::text {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::string_view kSchemeEnd = "://";

/// The shortest tail after a prefix that is taken for a token; "ghs_test" in a text is none.
constexpr std::size_t kMinTailLength = 20;

constexpr std::array<std::string_view, 6> kPrefixes = {"ghp_", "gho_", "ghu_",
                                                       "ghs_", "ghr_", "github_pat_"};

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

/// Length of the token `text` begins with, or 0.
std::size_t token_length(std::string_view text) {
  const auto* prefix = std::find_if(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view p) {
    return text.substr(0, p.size()) == p;
  });
  if (prefix == kPrefixes.end()) return 0;
  const auto* end = std::find_if_not(text.begin(), text.end(), is_token_character);
  const auto length = static_cast<std::size_t>(end - text.begin());
  return length >= prefix->size() + kMinTailLength ? length : 0;
}

}  // namespace

std::string redact_tokens(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find('g'), text.size());
    out += text.substr(0, begin);
    text.remove_prefix(begin);
    if (const std::size_t length = token_length(text); length > 0) {
      out += kMask;
      text.remove_prefix(length);
    } else if (!text.empty()) {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string redact_user_info(std::string_view url) {
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  const std::size_t scheme = url.substr(0, at).find(kSchemeEnd);
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + kSchemeEnd.size();
  return std::string(url.substr(0, begin)).append(kMask).append(url.substr(at));
}

std::string redact_urls(std::string_view text) {
  constexpr std::string_view kEnds = " \t\r\n'\"<>";
  std::string out;
  for (std::size_t scheme = text.find(kSchemeEnd); scheme != std::string_view::npos;
       scheme = text.find(kSchemeEnd)) {
    out += text.substr(0, scheme);
    text.remove_prefix(scheme);
    const std::size_t end = std::min(text.find_first_of(kEnds), text.size());
    out += redact_user_info(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out.append(text);
}

std::string redact(std::string_view text, std::string_view secret) {
  std::string out;
  while (!secret.empty()) {
    const std::size_t at = text.find(secret);
    if (at == std::string_view::npos) break;
    out += text.substr(0, at);
    out += kMask;
    text.remove_prefix(at + secret.size());
  }
  out += text;
  return out;
}

}  // namespace healthmetric::text
