#pragma once

#include <string>
#include <string_view>

namespace healthmetric::patterns {

/// The characters of a text in UTF-8; each invalid byte becomes a distinct character.
std::u32string characters_of(std::string_view text);

/// Whether `glob` matches all of `name`, one component of a path: `*`, `?`, `[...]` and a backslash
/// as in POSIX (2.13, Pattern Matching Notation), by characters in every locale, where fnmatch(3)
/// falls back to bytes. The cost is at most the length of the glob times that of the name.
bool glob_matches(std::u32string_view glob, std::u32string_view name);

}  // namespace healthmetric::patterns
