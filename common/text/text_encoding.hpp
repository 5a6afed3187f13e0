#pragma once

#include <string>
#include <string_view>

/// Text that people wrote, in whatever encoding their editor has: what is read as something else
/// than it is says nothing, or worse, the wrong thing without a word.

namespace healthmetric::text {

/// `text` without a byte order mark of UTF-8 in front of it. Throws Error{usage} that begins with
/// `name` for a mark of another encoding, which is named.
std::string without_byte_order_mark(std::string text, std::string_view name);

/// Throws Error{usage} that begins with `name`, and names the line, unless `text` is UTF-8.
void check_is_utf8(std::string_view text, std::string_view name);

/// The number of the line in which the byte at `position` is, counted from 1.
std::size_t line_at(std::string_view text, std::size_t position);

}  // namespace healthmetric::text
