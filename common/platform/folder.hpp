#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "common/platform/file.hpp"

namespace healthmetric::platform {

/// The type and state of an entry of a folder; links are not followed.
struct FolderEntry {
  std::filesystem::file_type type = std::filesystem::file_type::none;
  std::uint64_t size_bytes = 0;
  std::chrono::sys_seconds modified;
};

/// An open folder, whose entries are accessed by name. It stays the folder that was opened,
/// whatever happens to its path. A name is that of an entry, without separators; links are never
/// followed.
///
/// The caller has the context for a message, so functions put the reason of a failure into `error`,
/// which compares with std::errc, and clear it when they succeed.
class Folder {
 public:
  /// Not a folder; returned after a failure.
  Folder() = default;

  /// The folder at `path`, links followed.
  static Folder open(const std::filesystem::path& path, std::error_code& error);

  explicit operator bool() const noexcept { return static_cast<bool>(handle_); }

  /// The same folder again.
  [[nodiscard]] Folder duplicate(std::error_code& error) const;

  /// Whether both are one folder, under whatever paths they were opened.
  [[nodiscard]] bool is_same_as(const Folder& other, std::error_code& error) const;

  enum class Sharing { exclusive, shared };
  /// Locks the folder itself until it is closed, against other processes. Does not wait: false
  /// without an error when another process has it.
  [[nodiscard]] bool try_lock(Sharing sharing, std::error_code& error) const;

  /// The names in it, sorted.
  [[nodiscard]] std::vector<std::string> names(std::error_code& error) const;

  [[nodiscard]] FolderEntry look_at(const std::string& name, std::error_code& error) const;

  [[nodiscard]] Folder open_folder(const std::string& name, std::error_code& error) const;
  /// With the default permissions of a new folder.
  void create_folder(const std::string& name, std::error_code& error) const;

  /// For reading; never waits for a pipe's writer. It need not be a regular file.
  [[nodiscard]] Handle open_file(const std::string& name, std::error_code& error) const;
  /// For writing, with the default permissions of a new file. Fails if it exists.
  [[nodiscard]] Handle create_file(const std::string& name, std::error_code& error) const;

  /// Moves a file or a folder to a name that does not exist; otherwise the error is file_exists.
  ///
  /// This is atomic if the file system supports it, or hard links for files. Network shares and
  /// memory cards often support neither (NFS, FUSE, 9p, exFAT); there it checks the name and then
  /// renames, as git does. Other receivers cannot interfere, as they would need the storage's lock.
  void move_without_replacing(const std::string& name, const Folder& to,
                              const std::string& new_name, std::error_code& error) const;

  /// Moves it, and replaces what is there.
  void move(const std::string& name, const Folder& to, const std::string& new_name,
            std::error_code& error) const;

  /// Removes what is not a folder; is_a_directory or operation_not_permitted for one.
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

}  // namespace healthmetric::platform
