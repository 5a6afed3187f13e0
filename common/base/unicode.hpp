#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Forms of Unicode text in which names can be compared. What is not UTF-8 stays as it is.

namespace healthmetric {

/// In normalisation form C: macOS writes 'ä' as 'a' and a mark, everybody else as one character.
std::string composed(std::string_view text);

/// Composed, with every character that is no letter, mark or digit of some script, that nobody
/// sees, or that is a mark without a letter in front, replaced by `_`; those of `kept`, in ASCII,
/// stay.
std::string with_letters_alone(std::string_view text, std::string_view kept);

/// With case and normalisation removed, so that names some file system takes for one become one
/// (default case folding, then form C).
std::string case_folded(std::string_view text);

/// How many columns of a terminal the text takes, which must be printable. A character of Chinese,
/// Japanese or Korean takes two, a mark above another one none.
std::size_t display_columns(std::string_view text);

/// As many characters from the front as take at most that many columns.
std::string_view first_columns(std::string_view text, std::size_t columns);

}  // namespace healthmetric
