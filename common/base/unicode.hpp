#pragma once

#include <string>
#include <string_view>

/// Forms of Unicode text in which names can be compared. What is not UTF-8 stays as it is.

namespace healthmetric {

/// In normalisation form C: macOS writes 'ä' as 'a' and a mark, everybody else as one character.
std::string composed(std::string_view text);

/// With case and normalisation removed, so that names some file system takes for one become one
/// (default case folding, then form C).
std::string case_folded(std::string_view text);

}  // namespace healthmetric
