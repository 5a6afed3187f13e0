#include "common/base/utf8.hpp"

#include <array>

namespace healthmetric {
namespace {

struct Range {
  unsigned char low, high;
};

bool in_range(char c, Range range) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= range.low && byte <= range.high;
}

constexpr Range kContinuation{0x80, 0xBF};

/// The bytes allowed in second place; the first byte narrows them for the forms that would be
/// overlong, a surrogate or past U+10FFFF (RFC 3629, section 4).
Range second_byte(unsigned char lead) {
  switch (lead) {
    case 0xE0:
      return {0xA0, 0xBF};
    case 0xED:
      return {0x80, 0x9F};
    case 0xF0:
      return {0x90, 0xBF};
    case 0xF4:
      return {0x80, 0x8F};
    default:
      return kContinuation;
  }
}

std::size_t length_by_lead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

}  // namespace

std::size_t utf8_sequence_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = length_by_lead(lead);
  if (length <= 1) return length;
  if (text.size() < length || !in_range(text[1], second_byte(lead))) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!in_range(text[i], kContinuation)) return 0;
  }
  return length;
}

char32_t utf8_decode(std::string_view sequence) {
  static constexpr std::array<unsigned, 5> kLeadMask = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t point = static_cast<unsigned char>(sequence[0]) & kLeadMask.at(sequence.size());
  for (const char c : sequence.substr(1)) {
    point = (point << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return point;
}

std::size_t utf8_valid_length(std::string_view text) {
  std::size_t valid = 0;
  while (const std::size_t length = utf8_sequence_length(text.substr(valid))) valid += length;
  return valid;
}

bool is_utf8(std::string_view text) {
  return utf8_valid_length(text) == text.size();
}

void append_utf8(char32_t point, std::string& out) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((point >> shift) & 0x3FU));
  };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0U | (point >> 6U));
    tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0U | (point >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (point >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && in_range(text[end], kContinuation)) --end;
  return text.substr(0, end);
}

}  // namespace healthmetric
