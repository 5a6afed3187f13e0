#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace healthmetric::program {

/// The parts of the longest dotted key that is accepted ("producer.lab.every" has 3).
inline constexpr std::size_t kMaxKeyParts = 16;

/// The line, from 1, of the first key with more parts; nullopt if there is none. The parser bounds
/// how deep values are nested, but not what dotted keys nest: 30,000 parts overflow the stack of
/// whoever walks the result, and some more that of the parser.
///
/// Reads the text as far as the parser would: of what is no TOML, the beginning.
std::optional<std::uint32_t> line_of_long_key(std::string_view text);

}  // namespace healthmetric::program
