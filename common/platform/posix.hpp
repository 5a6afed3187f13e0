#pragma once

#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigset_t is POSIX
#include <sys/stat.h>

#include <cerrno>
#include <span>
#include <string_view>

#include "common/platform/file.hpp"
#include "common/platform/handle.hpp"

/// Helpers shared by the *_posix.cpp files; not to be included elsewhere.

namespace healthmetric::platform {

/// Repeats a system call that was interrupted (EINTR), which on network shares and FUSE may also be
/// open() or fsync(). After many repetitions it is reported like any other failure.
template <typename Call>
auto uninterrupted(Call call) {
  constexpr int kMostCalls = 100;
  auto result = call();
  for (int calls = 1; result < 0 && errno == EINTR && calls < kMostCalls; ++calls) result = call();
  return result;
}

/// True for errors which mean that the system or the file system does not support the call (EINVAL,
/// EOPNOTSUPP, ENOSYS). Nothing was done, and nothing is wrong with the disk.
bool is_unsupported(int error_number);

FileState state_of(const struct stat& info);

/// Waits until what an open file or folder holds is on the disk. Where the file system cannot be
/// asked to (is_unsupported(): network shares, FUSE) this goes on without, as restic and git do;
/// EIO, ENOSPC and EDQUOT, which may come only now, are failures: Error{io}. `name` is for
/// messages.
void sync_descriptor(int fd, std::string_view name);

/// Readable once one of these signals, which must be blocked, came.
Handle signal_descriptor(const sigset_t& signals);

/// Takes one of them that waits; false when none does.
bool take_signal(const Handle& descriptor, const sigset_t& signals);

/// Waits for one of them, or for the end of `milliseconds`; a negative time has no end. What is
/// wrong is thrown as Error{io}.
void wait_for_any(std::span<pollfd> descriptors, int milliseconds);

}  // namespace healthmetric::platform
