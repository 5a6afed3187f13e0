#include "common/platform/own_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/posix.hpp"
#include "common/platform/system_calls.hpp"

namespace healthmetric::platform {

bool is_file_of_this_user(const std::filesystem::path& file) {
  struct stat info {};
  return ::lstat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == ::geteuid() &&
         info.st_nlink == 1;
}

Handle open_own_file(const std::filesystem::path& path) {
  expect_own_file(path);
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  Handle fd(uninterrupted([&] { return ::open(path.c_str(), kFlags, 0600); }));
  if (!fd) throw_system_error("cannot open " + in_quotes(path.string()), errno);
  return fd;
}

}  // namespace healthmetric::platform
