#include "common/platform/file_lock.hpp"

#include <array>
#include <utility>

#include "common/base/printable.hpp"
#include "common/base/system_error.hpp"
#include "common/platform/own_file.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {
namespace {

/// Whoever may not have the lock reads in the file who has it. A lock keeps others from the bytes
/// that it is on, so it is on one far behind those.
constexpr DWORD kLockedByteHigh = 0x40000000;

/// ERROR_SUCCESS, ERROR_LOCK_VIOLATION when another process has it, or what is wrong.
DWORD lock(const Handle& file, DWORD kind = LOCKFILE_EXCLUSIVE_LOCK) {
  OVERLAPPED place{};
  place.OffsetHigh = kLockedByteHigh;
  const DWORD flags = kind | LOCKFILE_FAIL_IMMEDIATELY;
  if (::LockFileEx(native(file), flags, 0, 1, 0, &place) != 0) return ERROR_SUCCESS;
  const DWORD error = ::GetLastError();
  return error == ERROR_IO_PENDING ? ERROR_LOCK_VIOLATION : error;
}

Handle open_existing(const std::filesystem::path& path) {
  return open_shared(path, GENERIC_READ, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT);
}

bool is_there(const std::filesystem::path& path) {
  return ::GetFileAttributesW(system_path(path).c_str()) != INVALID_FILE_ATTRIBUTES;
}

[[noreturn]] void throw_cannot_lock(const std::filesystem::path& path, DWORD error) {
  const bool has_no_locks = error == ERROR_INVALID_FUNCTION || error == ERROR_NOT_SUPPORTED;
  throw Error(ErrorCode::io, "cannot lock " + in_quotes(path.string()) + ": " +
                                 reason_of(system_error(error)) +
                                 (has_no_locks ? "; " + in_quotes(path.parent_path().string()) +
                                                     " must be on a file system that supports locks"
                                               : ""));
}

}  // namespace

std::optional<FileLock> FileLock::try_lock(const std::filesystem::path& path) {
  Handle file = open_own_file(path);
  const DWORD error = lock(file);
  if (error == ERROR_LOCK_VIOLATION) return {};
  if (error != ERROR_SUCCESS) throw_cannot_lock(path, error);
  // The lock on a file that is gone keeps nobody out.
  if (!is_there(path)) return {};
  return FileLock(path, std::move(file));
}

std::optional<FileLock> FileLock::try_lock_existing(const std::filesystem::path& path) {
  Handle file = open_existing(path);
  if (!file || lock(file) != ERROR_SUCCESS || !is_there(path)) return {};
  return FileLock(path, std::move(file));
}

/// Shared, so that two that look are not in each other's way.
FileLock::State FileLock::look(const std::filesystem::path& path) {
  constexpr DWORD kShared = 0;
  if (!is_there(path)) return State::missing;
  expect_own_file(path);
  const Handle file = open_existing(path);
  if (!file) throw_last_error("cannot open " + in_quotes(path.string()));
  const DWORD error = lock(file, kShared);
  if (error == ERROR_SUCCESS) return State::free;
  if (error != ERROR_LOCK_VIOLATION) throw_cannot_lock(path, error);
  return State::held;
}

void FileLock::write_holder() {
  const std::string text = std::to_string(::GetCurrentProcessId()) + "\n";
  DWORD count = 0;
  const HANDLE file = native(fd_);
  if (::SetFilePointerEx(file, {}, nullptr, FILE_BEGIN) == 0 || ::SetEndOfFile(file) == 0 ||
      ::WriteFile(file, text.data(), static_cast<DWORD>(text.size()), &count, nullptr) == 0) {
    throw_last_error("cannot write " + in_quotes(path_.string()));
  }
}

void FileLock::remove() {
  ::DeleteFileW(system_path(path_).c_str());
  fd_ = Handle();
}

}  // namespace healthmetric::platform
