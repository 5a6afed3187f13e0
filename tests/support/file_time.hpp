#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <filesystem>

#include "common/platform/file.hpp"
#include "tests/support/catch.hpp"

namespace healthmetric {

/// A time of a clock as that of a file.
inline platform::FileTime file_time_at(std::chrono::system_clock::time_point time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  return {second, time - second};
}

/// Makes the file look as if it was written at that time.
inline void set_file_time(const std::filesystem::path& path, std::chrono::sys_seconds time) {
  const timespec moment{time.time_since_epoch().count(), 0};
  const std::array<timespec, 2> times{moment, moment};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0) == 0);
}

}  // namespace healthmetric
