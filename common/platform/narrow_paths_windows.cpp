#include <algorithm>
#include <cstdint>
#include <cwchar>
#include <string_view>

#include "common/base/utf8.hpp"

/// The C++ library makes a std::filesystem::path of chars with mbrtowc() of the C library, which
/// takes each byte for a character; the other way round, path::string() is UTF-8. The linker puts
/// this in its place (--wrap=mbrtowc), and both ways are UTF-8. See path::_S_convert() in
/// <bits/fs_path.h> of GCC 12 to 14.

namespace {

constexpr wchar_t kReplacement = 0xFFFD;
constexpr char32_t kFirstOfTwo = 0x10000;

wchar_t high_surrogate(char32_t point) {
  return static_cast<wchar_t>(0xD800 + ((point - kFirstOfTwo) >> 10U));
}

wchar_t low_surrogate(char32_t point) {
  return static_cast<wchar_t>(0xDC00 + ((point - kFirstOfTwo) & 0x3FFU));
}

}  // namespace

/// As mbrtowc() for whole texts: what is not UTF-8 becomes U+FFFD, byte for byte. Of a character
/// that takes two wchar_t, the first stands for all bytes but the last, which the second stands
/// for, and which waits in the state.
extern "C" std::size_t __wrap_mbrtowc(wchar_t* to, const char* from, std::size_t size,
                                      std::mbstate_t* state) {
  if (from == nullptr || size == 0) return 0;
  if (*state != 0) {
    *to = static_cast<wchar_t>(*state);
    *state = 0;
    return 1;
  }
  const std::string_view text(from, std::min(size, healthmetric::kMaxUtf8SequenceLength));
  const std::size_t length = healthmetric::utf8_sequence_length(text);
  if (length == 0) {
    *to = kReplacement;
    return 1;
  }
  const char32_t point = healthmetric::utf8_decode(text.substr(0, length));
  if (point < kFirstOfTwo) {
    *to = static_cast<wchar_t>(point);
    return point == 0 ? 0 : length;
  }
  *to = high_surrogate(point);
  *state = low_surrogate(point);
  return length - 1;
}
