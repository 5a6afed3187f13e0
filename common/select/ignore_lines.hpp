#pragma once

#include <string_view>

namespace healthmetric::select {

/// Throws Error{usage} that begins with `name` and the line's number if a line of an ignore file,
/// in UTF-8, can never match anything. Git does not report such a line, and the files that it was
/// meant to exclude would be sent.
void check_ignore_lines(std::string_view text, std::string_view name);

}  // namespace healthmetric::select
