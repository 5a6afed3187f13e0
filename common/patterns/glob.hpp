#pragma once

#include <string>
#include <string_view>

namespace healthmetric::patterns {

/// The characters of a text in UTF-8; a byte that is none becomes one of its own.
std::u32string characters_of(std::string_view text);

/// Whether `glob` matches all of `name`, one name of a path: `*`, `?`, `[...]` and a backslash as
/// in POSIX (2.13, Pattern Matching Notation), of characters in every locale, for fnmatch(3) falls
/// back to bytes. A match costs at most the glob's length times the name's.
bool glob_matches(std::u32string_view glob, std::u32string_view name);

}  // namespace healthmetric::patterns
