#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace healthmetric {

/// Length in bytes of the well-formed UTF-8 sequence `text` begins with (RFC 3629: no overlong
/// forms, no surrogates, nothing past U+10FFFF); 0 when there is none.
std::size_t utf8_sequence_length(std::string_view text);

/// The code point of a well-formed sequence.
char32_t utf8_decode(std::string_view sequence);

inline constexpr std::size_t kMaxUtf8SequenceLength = 4;

/// Length in bytes of the longest prefix of `text` that is well-formed UTF-8.
std::size_t utf8_valid_length(std::string_view text);

/// True when all of `text` is well-formed UTF-8.
bool is_utf8(std::string_view text);

/// Appends the UTF-8 of a code point, which must be one: no surrogate, nothing past U+10FFFF.
void append_utf8(char32_t point, std::string& out);

/// The longest prefix of `text` that has at most `max_bytes` and cuts no character.
std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes);

}  // namespace healthmetric
