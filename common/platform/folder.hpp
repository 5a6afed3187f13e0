#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "common/platform/file.hpp"

namespace healthmetric::platform {

/// What is known of a name in a folder, a link not followed.
struct FolderEntry {
  std::filesystem::file_type type = std::filesystem::file_type::none;
  std::uint64_t size_bytes = 0;
  std::chrono::sys_seconds modified;
};

/// An open folder, under which names are reached one by one: what it is stays what was opened,
/// wherever its path leads meanwhile. A name is that of an entry, without any separator, and is
/// never followed when it is a link.
///
/// Whoever calls knows best what to say of a failure, so functions put its reason into `error`,
/// which compares with std::errc, and clear it when they succeed.
class Folder {
 public:
  /// No folder: what a failure returns.
  Folder() = default;

  /// The folder at `path`, links followed.
  static Folder open(const std::filesystem::path& path, std::error_code& error);

  explicit operator bool() const noexcept { return static_cast<bool>(handle_); }

  /// The same folder again.
  [[nodiscard]] Folder duplicate(std::error_code& error) const;

  enum class Sharing { exclusive, shared };
  /// Locks the folder itself until it is closed, against other processes. Does not wait: false
  /// without an error when another process has it.
  [[nodiscard]] bool try_lock(Sharing sharing, std::error_code& error) const;

  /// The names in it, sorted.
  [[nodiscard]] std::vector<std::string> names(std::error_code& error) const;

  [[nodiscard]] FolderEntry look_at(const std::string& name, std::error_code& error) const;

  [[nodiscard]] Folder open_folder(const std::string& name, std::error_code& error) const;
  /// With the rights that a new folder usually has.
  void create_folder(const std::string& name, std::error_code& error) const;

  /// For reading; never waits for a pipe's writer. It may be something else than a file.
  [[nodiscard]] Handle open_file(const std::string& name, std::error_code& error) const;
  /// For writing, with the rights that a new file usually has. What exists is not opened.
  [[nodiscard]] Handle create_file(const std::string& name, std::error_code& error) const;

  /// Moves a file or a folder to a place where nothing is; file_exists when something has that
  /// place.
  ///
  /// The system does it in one step where the file system can, and else a hard link does for a
  /// file. Shares and memory cards often know neither (NFS, FUSE, 9p, exFAT); there the place is
  /// looked at and then taken by an ordinary rename, as git does. In between only somebody who is
  /// no receiver could come: receivers hold the storage's lock.
  void move_without_replacing(const std::string& name, const Folder& to,
                              const std::string& new_name, std::error_code& error) const;

  /// Moves it, and replaces what is there.
  void move(const std::string& name, const Folder& to, const std::string& new_name,
            std::error_code& error) const;

  /// Removes what is no folder; is_a_directory or operation_not_permitted for one.
  void remove_file(const std::string& name, std::error_code& error) const;
  /// Removes an empty folder.
  void remove_folder(const std::string& name, std::error_code& error) const;

  /// Makes durable what was created, moved and removed in it, where the file system can be asked
  /// to; throws as sync_descriptor() does. `shown` is for messages.
  void sync(std::string_view shown) const;

  /// Makes everything durable that was written on its file system, in one call for many files.
  void sync_file_system(std::error_code& error) const;

 private:
  explicit Folder(Handle handle) : handle_(std::move(handle)) {}

  Handle handle_;
};

/// Whether what is open is a file with a content, not a pipe, a folder or a device.
bool is_regular(const Handle& handle, std::error_code& error);

}  // namespace healthmetric::platform
