#include "common/platform/move_without_replacing.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace healthmetric::platform {
namespace {

/// Whether another way may succeed where one failed. File systems have many words for "not here"
/// (EINVAL, ENOSYS, EOPNOTSUPP, EPERM, EMLINK, ...); what another way would meet, too, it tells.
bool is_worth_another_way(int error_number) {
  return error_number != EEXIST && error_number != EIO && error_number != ENOSPC &&
         error_number != EDQUOT;
}

bool rename_looking_first(int from_fd, const char* from, int to_fd, const char* to) {
  struct stat info {};
  if (::fstatat(to_fd, to, &info, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return false;
  }
  return errno == ENOENT && ::renameat(from_fd, from, to_fd, to) == 0;
}

}  // namespace

bool move_without_replacing(int from_fd, const char* from, int to_fd, const char* to) {
  if (::renameat2(from_fd, from, to_fd, to, RENAME_NOREPLACE) == 0) return true;
  if (!is_worth_another_way(errno)) return false;
  if (::linkat(from_fd, from, to_fd, to, 0) == 0) return ::unlinkat(from_fd, from, 0) == 0;
  return is_worth_another_way(errno) && rename_looking_first(from_fd, from, to_fd, to);
}

}  // namespace healthmetric::platform
