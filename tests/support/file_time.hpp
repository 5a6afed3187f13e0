#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <filesystem>

#include "tests/support/catch.hpp"

namespace healthmetric {

/// Makes the file look as if it was written at that time.
inline void set_file_time(const std::filesystem::path& path, std::chrono::sys_seconds time) {
  const timespec moment{time.time_since_epoch().count(), 0};
  const std::array<timespec, 2> times{moment, moment};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0) == 0);
}

}  // namespace healthmetric
