#pragma once

#include <cerrno>
#include <string_view>

#include "common/platform/handle.hpp"

/// What the *_posix.cpp here have in common; for nobody else.

namespace healthmetric::platform {

/// Repeats a system call that was interrupted. On network shares and FUSE even open() and fsync()
/// are; one that is for ever is told like any other failure.
template <typename Call>
auto uninterrupted(Call call) {
  constexpr int kMostCalls = 100;
  auto result = call();
  for (int calls = 1; result < 0 && errno == EINTR && calls < kMostCalls; ++calls) result = call();
  return result;
}

/// True for the answers that mean: the system does not have this call, or the file system not for
/// such a file (EINVAL, EOPNOTSUPP, ENOSYS). Nothing was done, and nothing is wrong with the disk.
bool is_unsupported(int error_number);

/// Waits until what an open file or folder holds is on the disk. Where the file system cannot be
/// asked to (is_unsupported(): network shares, FUSE) this goes on without, as restic and git do;
/// EIO, ENOSPC and EDQUOT, which may come only now, are failures: Error{io}. `name` is for
/// messages.
void sync_descriptor(int fd, std::string_view name);

}  // namespace healthmetric::platform
