#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/payload/relative_path.hpp"
#include "common/platform/file.hpp"
#include "common/platform/folder.hpp"

namespace healthmetric::archive {

/// The storage folder, for reading, accessed through open folders only: nothing here creates, moves
/// or changes anything.
///
/// Names are not trusted: anyone who can push a file can push a symbolic link. So no path is ever
/// passed to the system whole: each component is opened relative to the one before it and refused
/// if it is a link. (`openat2` with RESOLVE_BENEATH would do it in one call, but old kernels and
/// container filters refuse it.)
///
/// Unless stated otherwise, functions throw Error{io} with the path and the system's reason, and
/// Error{unsafe_path} if a link is in the way.
class StorageReader {
 public:
  struct File {
    std::string name;
    std::uint64_t size_bytes;
    std::chrono::sys_seconds modified;
  };

  /// Throws Error{usage} if there is no such folder, or if it contains the storage folder.
  explicit StorageReader(const std::filesystem::path& root) : StorageReader(root, Root::storage) {}

  /// The same folder once more: an object is for one thread.
  [[nodiscard]] StorageReader again() const;

  /// The folder, as it was named.
  [[nodiscard]] const std::string& root() const { return root_; }

  /// Takes a shared lock for the lifetime of this object: others may read, but no receiver can
  /// write. Throws Error{busy} if one is running.
  void lock_shared();

  /// The regular files directly in the folder `path` ("a/b/", "" is the root), sorted by name;
  /// empty if it does not exist.
  [[nodiscard]] std::vector<File> files_in(std::string_view path);

  /// All names in the folder `path`, sorted; empty if it does not exist.
  [[nodiscard]] std::vector<std::string> names_in(std::string_view path);

  /// What walk() finds: a regular file, a folder too deep to contain stored files, or something
  /// that is neither a file nor a folder.
  enum class Entry { file, deep_folder, other };

  /// Calls `use` for everything below the folder `top` ("a/b/", "" is the root) with its path
  /// ("a/b/c.json", unescaped): the entries of a folder sorted by name, then those of its
  /// subfolders. A folder is reported only if it is too deep to be entered. A folder that does not
  /// exist is treated as empty.
  void walk(std::string_view top,
            const std::function<void(const std::string& path, Entry entry)>& use);

  /// A regular file; nullopt if it does not exist.
  [[nodiscard]] std::optional<platform::InputFile> open(const payload::RelativePath& path);
  [[nodiscard]] bool exists(const payload::RelativePath& path);

  /// Whether the folder "a/b/" exists. Throws Error{unsafe_path} if it, or a folder above it, is a
  /// link or a file.
  [[nodiscard]] bool has_folder(std::string_view path);

 protected:
  enum class Root {
    storage,
    any_folder,  ///< which may well have a storage folder in it
  };
  StorageReader(const std::filesystem::path& root, Root kind);

  /// Makes the folder `name`, which is missing in `parent`; `shown` is for messages.
  using MakeFolder = void (*)(const platform::Folder& parent, const std::string& name,
                              const std::string& shown);

  [[nodiscard]] const platform::Folder& root_folder() const { return root_folder_; }

  /// "<root>/a/b", for messages.
  [[nodiscard]] std::string full_path(std::string_view path) const;

  /// The folder "a/b/" ("" is the root); valid until two other folders were requested. Null if it
  /// is missing and `make` is null.
  const platform::Folder* folder(std::string_view path, MakeFolder make = nullptr);

  /// From now on the root of `other` is refused with Error{unsafe_path} when it is met below this
  /// one's.
  void never_enter(const StorageReader& other);

  /// To be called when a path may refer to another folder than before.
  void forget_folders() { recent_ = {}; }

  /// Throws Error{busy}, which says that `other` ("another receiver") is working there, if another
  /// process holds a conflicting lock.
  void lock(platform::Folder::Sharing sharing, std::string_view other = "another receiver");

 private:
  StorageReader(std::string root, platform::Folder folder);

  struct OpenFolder {
    std::string path;
    platform::Folder folder;

    [[nodiscard]] bool is(std::string_view wanted) const { return folder && path == wanted; }
  };

  platform::Folder open_folder(std::string_view path, MakeFolder make);

  std::string root_;  ///< for messages
  platform::Folder root_folder_;
  std::array<OpenFolder, 2> recent_;  ///< a cache: consecutive paths often share a folder
  std::size_t latest_ = 0;
  platform::Folder never_entered_;
};

/// True when both files hold the same bytes.
bool same_bytes(platform::InputFile& a, platform::InputFile& b);

}  // namespace healthmetric::archive
