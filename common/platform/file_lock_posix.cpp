#include "common/platform/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/own_file.hpp"
#include "common/platform/posix.hpp"

namespace healthmetric::platform {
namespace {

/// What is wrong is the file system's, most often a share's that has no locks.
[[noreturn]] void throw_cannot_lock(const std::filesystem::path& path, int error_number) {
  const std::string where = in_quotes(path.parent_path().string());
  const bool has_no_locks = error_number == ENOLCK || is_unsupported(error_number);
  throw Error(
      ErrorCode::io,
      "cannot lock " + in_quotes(path.string()) + ": " +
          std::generic_category().message(error_number) +
          (has_no_locks ? "; " + where + " must be on a file system that supports locks" : ""));
}

bool try_flock(const Handle& fd) {
  return uninterrupted([&] { return ::flock(fd.get(), LOCK_EX | LOCK_NB); }) == 0;
}

/// False when another process has the lock.
bool lock(const Handle& fd, const std::filesystem::path& path) {
  if (try_flock(fd)) return true;
  if (errno != EWOULDBLOCK) throw_cannot_lock(path, errno);
  return false;
}

bool is_there(const std::filesystem::path& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

}  // namespace

std::optional<FileLock> FileLock::try_lock(const std::filesystem::path& path) {
  Handle fd = open_own_file(path);
  // The lock on a file that is gone keeps nobody out.
  if (!lock(fd, path) || !is_there(path)) return {};
  return FileLock(path, std::move(fd));
}

std::optional<FileLock> FileLock::try_lock_existing(const std::filesystem::path& path) {
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  Handle fd(uninterrupted([&] { return ::open(path.c_str(), kFlags); }));
  if (!fd || !try_flock(fd) || !is_there(path)) return {};
  return FileLock(path, std::move(fd));
}

/// Shared, so that two that look are not in each other's way.
FileLock::State FileLock::look(const std::filesystem::path& path) {
  if (!is_there(path)) return State::missing;
  expect_own_file(path);
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const Handle fd(uninterrupted([&] { return ::open(path.c_str(), kFlags); }));
  if (!fd) throw_system_error("cannot open " + in_quotes(path.string()), errno);
  if (uninterrupted([&] { return ::flock(fd.get(), LOCK_SH | LOCK_NB); }) == 0) return State::free;
  if (errno != EWOULDBLOCK) throw_cannot_lock(path, errno);
  return State::held;
}

void FileLock::write_holder() {
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd_.get(), 0) != 0 ||
      ::pwrite(fd_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    throw_system_error("cannot write " + in_quotes(path_.string()), errno);
  }
}

void FileLock::remove() {
  ::unlink(path_.c_str());
  fd_ = Handle();
}

}  // namespace healthmetric::platform
