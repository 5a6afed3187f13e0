#include <sys/stat.h>

#include <cerrno>

#include "common/platform/file.hpp"
#include "common/platform/posix.hpp"

namespace healthmetric::platform {
namespace {

FileTime file_time(const timespec& time) {
  using std::chrono::sys_seconds;
  constexpr sys_seconds kFirst = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);
  constexpr sys_seconds kEnd = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);
  const sys_seconds second{std::chrono::seconds(time.tv_sec)};
  if (second < kFirst) return {kFirst};
  if (second >= kEnd) return {kEnd - std::chrono::seconds(1)};
  return {second, std::chrono::nanoseconds(time.tv_nsec)};
}

}  // namespace

FileState state_of(const struct stat& info) {
#if defined(__APPLE__)
  const timespec& modified = info.st_mtimespec;
#else
  const timespec& modified = info.st_mtim;
#endif
  return {static_cast<std::uint64_t>(info.st_size), file_time(modified)};
}

std::uint64_t file_size(const std::string& path, std::error_code& error) {
  struct stat info {};
  error.assign(::stat(path.c_str(), &info) == 0 ? 0 : errno, std::generic_category());
  return static_cast<std::uint64_t>(info.st_size);
}

std::optional<FileState> file_state(const std::filesystem::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  return state_of(info);
}

std::optional<FileState> file_state(const Handle& file, std::error_code& error) {
  struct stat info {};
  error.assign(::fstat(file.get(), &info) == 0 ? 0 : errno, std::generic_category());
  if (error || !S_ISREG(info.st_mode)) return {};
  return state_of(info);
}

}  // namespace healthmetric::platform
