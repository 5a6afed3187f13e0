#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace healthmetric::text {

/// "2024-01-15T10:30:00Z" (RFC 3339, UTC).
std::string format_timestamp(std::chrono::sys_seconds time);

/// A time with the fraction of a second that its source has, to nanoseconds.
struct Moment {
  std::chrono::sys_seconds second;
  std::chrono::nanoseconds fraction{0};  ///< less than a second

  friend bool operator==(const Moment&, const Moment&) = default;
};

/// "2024-01-15T10:30:00.5Z": with as many digits as the fraction needs, and none for 0.
std::string format_moment(const Moment& moment);

/// "2024-01-15T10:30:00.500000000Z": always with nine digits, so that texts sort as the times do.
std::string format_moment_in_full(const Moment& moment);

/// "20240115T103000Z", as in batch ids and stored names.
std::string format_compact_timestamp(std::chrono::sys_seconds time);

/// Reads `YYYY-MM-DD(T| )HH:MM:SS[.fraction][Z|(+|-)HH:MM]`. The first generation wrote local
/// dates without a zone (Python's `isoformat()`); they are taken as UTC. The fraction is dropped.
/// Nothing when the text has another form or there is no such time (February 30th, year 0 or past
/// 9999).
std::optional<std::chrono::sys_seconds> parse_timestamp(std::string_view text);

/// The same with the fraction, of which digits past the ninth are dropped.
std::optional<Moment> parse_moment(std::string_view text);

/// Reads what format_compact_timestamp() writes, and nothing else.
std::optional<std::chrono::sys_seconds> parse_compact_timestamp(std::string_view text);

}  // namespace healthmetric::text
