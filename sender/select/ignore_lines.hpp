#pragma once

#include <string_view>

namespace healthmetric::select {

/// Throws Error{usage} that begins with `name` and the line's number where a line of an ignore
/// file, in UTF-8, is one with which git would match nothing whatever the files' names are, and
/// says no word about it: what it was meant to keep back would be sent.
void check_ignore_lines(std::string_view text, std::string_view name);

}  // namespace healthmetric::select
