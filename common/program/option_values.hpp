#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/program/option.hpp"

/// Parses and checks the values of options.

namespace healthmetric::program {

/// Reads "4096", "64K", "20M", "1.5G" or "20MiB" (powers of 1024) into bytes. Throws Error{usage}.
std::uint64_t parse_size(const std::string& text);

/// Reads "90" (seconds), "90s", "10m", "2h" or "1d". Throws Error{usage}.
std::chrono::seconds parse_duration(const std::string& text);

/// Reads the same, up to 366 days, for what happens between runs. Throws Error{usage}.
std::chrono::seconds parse_period(const std::string& text);

/// Whether the value of an option that needs none, as --wait, is none: in a file or the environment
/// it is just on or off.
bool is_switch(const std::string& text);

/// A time as people name one: a day is 24 hours long, any other has `end == begin`.
struct NamedTime {
  std::chrono::sys_seconds begin;
  std::chrono::sys_seconds end;
};

/// Reads a day ("2024-01-15"), a time ("2024-01-15T10:30:00Z"; UTC unless it says otherwise) or how
/// long ago it was ("90m", "12h", "7d") at `now`. Throws Error{usage}.
NamedTime parse_time(const std::string& text, std::chrono::sys_seconds now);

/// Throws Error{usage} for an invalid size, duration, period or time.
void check_size(const std::string& text);
void check_duration(const std::string& text);
void check_period(const std::string& text);
void check_time(const std::string& text);

/// Accepts only `choices`.
Check choice_check(const std::vector<std::string>& choices);

/// Accepts whole numbers from `least` to `most`.
Check number_check(std::uint64_t least, std::uint64_t most);

}  // namespace healthmetric::program
