#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "common/platform/file.hpp"

namespace healthmetric::platform {

/// A lock that one process at a time has. It ends with its process, however that ends, so none is
/// ever stale. These functions do not wait for it.
///
/// Functions throw Error{io} when the file system has no locks, which is said, or the file cannot
/// be opened.
class FileLock {
 public:
  /// Locks the file `path` of this program's own, which is created where nothing is. Nothing when
  /// another process has the lock, or has just removed the file that it was on.
  static std::optional<FileLock> try_lock(const std::filesystem::path& path);

  /// Locks an existing file or folder, to clean up after a process that died. Nothing when it does
  /// not exist, another process has the lock, or it cannot be locked.
  static std::optional<FileLock> try_lock_existing(const std::filesystem::path& path);

  enum class State { free, held, missing };
  /// Whether a process has the lock `path`, or there is no such file. Takes the lock for a moment.
  /// Throws Error{io} when the file is not one of this program's own, cannot be opened, or is on a
  /// file system without locks.
  static State look(const std::filesystem::path& path);

  /// Writes this process's id into the file, for processes that do not get the lock.
  void write_holder();

  /// The process id that write_holder() wrote; "" if there is none.
  static std::string holder(const std::filesystem::path& path);

  /// Removes the file and ends the lock. What cannot be removed stays, and is unlocked.
  void remove();

 private:
  FileLock(std::filesystem::path path, Handle fd);

  std::filesystem::path path_;
  Handle fd_;
};

}  // namespace healthmetric::platform
