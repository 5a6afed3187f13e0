#pragma once

#include <string>
#include <string_view>

namespace healthmetric {

/// `text` with A-Z in lower case; other characters stay.
std::string ascii_lower(std::string_view text);

/// `text` without the blanks, tabs and line ends at both its ends.
std::string_view trim(std::string_view text);

}  // namespace healthmetric
