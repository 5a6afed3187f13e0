#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace healthmetric::http {

/// Parses a date in an HTTP header, "Sun, 06 Nov 1994 08:49:37 GMT" or one of the two older forms
/// (RFC 9110, section 5.6.7); nullopt if `text` is not a date.
std::optional<std::chrono::sys_seconds> parse_http_date(const std::string& text);

}  // namespace healthmetric::http
