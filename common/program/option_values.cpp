#include "common/program/option_values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/text/spelling.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::program {
namespace {

/// 2^10, 2^20, ... for "K", "KB", "KiB", "M", ...; 1 for nothing or "B"; 0 for anything else.
double unit_factor(std::string unit) {
  unit = ascii_lower(unit);
  if (unit.empty() || unit == "b") return 1;
  const std::size_t power = std::string_view("kmgt").find(unit.front());
  const std::string rest = unit.substr(1);
  if (power == std::string_view::npos || (!rest.empty() && rest != "b" && rest != "ib")) return 0;
  return std::pow(1024.0, static_cast<double>(power + 1));
}

/// Of "s" or nothing, "m", "h", "d"; 0 for anything else.
std::int64_t seconds_in(const std::string& unit) {
  if (unit.empty() || unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  return unit == "d" ? 86'400 : 0;
}

/// Reads a number and its unit; nothing when that is none, or longer than `longest`.
std::optional<std::chrono::seconds> read_duration(const std::string& text,
                                                  std::chrono::seconds longest) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + digits, number);
  const std::int64_t factor = seconds_in(text.substr(digits));
  if (digits == 0 || read.ec != std::errc() || factor == 0 || number > longest.count() / factor) {
    return {};
  }
  return std::chrono::seconds(number * factor);
}

}  // namespace

std::uint64_t parse_size(const std::string& text) {
  constexpr double kLargest = 1ULL << 50U;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const bool is_number = digits > 0 && text.find('.') == text.substr(0, digits).rfind('.');
  const double number = is_number ? std::strtod(text.substr(0, digits).c_str(), nullptr) : 0;
  const double bytes = number * unit_factor(text.substr(digits));
  if (!(bytes >= 1 && bytes <= kLargest)) {
    throw Error(ErrorCode::usage,
                "invalid size " + in_quotes(text) + ": expected for example 4096, 64K, 20M or 1G");
  }
  return static_cast<std::uint64_t>(bytes);
}

std::chrono::seconds parse_duration(const std::string& text) {
  const auto duration = read_duration(text, std::chrono::days(7));
  if (!duration) {
    throw Error(ErrorCode::usage,
                "invalid time " + in_quotes(text) +
                    ": expected up to seven days, for example 90, 90s, 10m or 2h");
  }
  return *duration;
}

std::chrono::seconds parse_period(const std::string& text) {
  const auto period = read_duration(text, std::chrono::days(366));
  if (!period) {
    throw Error(ErrorCode::usage, "invalid time " + in_quotes(text) +
                                      ": expected up to 366 days, for example 90m, 12h or 1d");
  }
  return *period;
}

NamedTime parse_time(const std::string& text, std::chrono::sys_seconds now) {
  if (const auto day = text::parse_timestamp(text + "T00:00:00Z")) {
    return {*day, *day + std::chrono::days(1)};
  }
  if (const auto time = text::parse_timestamp(text)) return {*time, *time};
  const bool has_unit =
      !text.empty() && ascii_lower(text).find_first_of("smhd") != std::string::npos;
  if (const auto age = read_duration(text, std::chrono::years(1000)); age && has_unit) {
    return {now - *age, now - *age};
  }
  throw Error(ErrorCode::usage, "invalid time " + in_quotes(text) +
                                    ": expected for example 2024-01-15, 2024-01-15T10:30:00Z, or "
                                    "7d for seven days ago");
}

bool is_switch(const std::string& text) {
  return text.empty() || text == "true" || text == "false";
}

void check_size(const std::string& text) {
  parse_size(text);
}

void check_duration(const std::string& text) {
  parse_duration(text);
}

void check_period(const std::string& text) {
  parse_period(text);
}

void check_time(const std::string& text) {
  parse_time(text, {});
}

Check choice_check(const std::vector<std::string>& choices) {
  return [choices](const std::string& text) {
    if (std::find(choices.begin(), choices.end(), text) != choices.end()) return;
    throw Error(ErrorCode::usage,
                "invalid value " + in_quotes(text) + ": expected " + text::listed(choices, "or"));
  };
}

Check number_check(std::uint64_t least, std::uint64_t most) {
  return [least, most](const std::string& text) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end && number >= least && number <= most) return;
    throw Error(ErrorCode::usage,
                fmt::format("invalid number {}: expected a whole number from {} to {}",
                            in_quotes(text), least, most));
  };
}

}  // namespace healthmetric::program
