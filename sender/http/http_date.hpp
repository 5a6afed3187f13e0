#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace healthmetric::http {

/// Reads a moment as headers of HTTP have it, "Sun, 06 Nov 1994 08:49:37 GMT" or one of the two
/// older forms (RFC 9110, section 5.6.7); nothing when `text` is no such moment.
std::optional<std::chrono::sys_seconds> parse_http_date(const std::string& text);

}  // namespace healthmetric::http
