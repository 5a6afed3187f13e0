#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "common/platform/file.hpp"

namespace healthmetric::platform {

void OutputFile::set_modified(const FileTime& time, std::error_code& error) const {
  std::array<timespec, 2> times{};
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = static_cast<time_t>(time.second.time_since_epoch().count());
  times[1].tv_nsec = static_cast<long>(time.fraction.count());
  error.assign(::futimens(fd_.get(), times.data()) == 0 ? 0 : errno, std::generic_category());
}

}  // namespace healthmetric::platform
