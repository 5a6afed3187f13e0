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

/// The storage folder, reached through open folders only, to be read: nothing here creates, moves
/// or changes anything.
///
/// Names are not trusted, and whoever can push a file can push a symbolic link. So no
/// path is ever handed to the system whole: each component is opened below the one before it and
/// refused when it is a link. (`openat2` with RESOLVE_BENEATH would do it in one call, but old
/// kernels and container filters refuse it.)
///
/// Functions throw Error{io} with the path and the system's reason, and Error{unsafe_path} where a
/// link stands in the way, unless said otherwise.
class StorageReader {
 public:
  struct File {
    std::string name;
    std::uint64_t size_bytes;
    std::chrono::sys_seconds modified;
  };

  /// Throws Error{usage} when there is no such folder, or the storage folder lies in it.
  explicit StorageReader(const std::filesystem::path& root) : StorageReader(root, Root::storage) {}

  /// The folder, as it was named.
  [[nodiscard]] const std::string& root() const { return root_; }

  /// Lets no receiver begin to write as long as this object lives; others may read, too. Throws
  /// Error{busy} when one is at work.
  void keep_receivers_out();

  /// The regular files directly in the folder `path` ("a/b/", "" is the root), sorted by name; none
  /// when it does not exist.
  [[nodiscard]] std::vector<File> files_in(std::string_view path);

  /// All names in the folder `path`, sorted; none when it does not exist.
  [[nodiscard]] std::vector<std::string> names_in(std::string_view path);

  /// What walk() comes upon: a regular file, a folder so deep that no file in it could be a stored
  /// one, or something that is neither a file nor a folder.
  enum class Entry { file, deep_folder, other };

  /// Calls `use` for everything below the folder `top` ("a/b/", "" is the root) with its path
  /// ("a/b/c.json", whatever characters its names have): what is in a folder sorted by name, and
  /// then what is in the folders below it. Of folders it tells those alone that it does not go
  /// into. Nothing is below a folder that does not exist.
  void walk(std::string_view top,
            const std::function<void(const std::string& path, Entry entry)>& use);

  /// A regular file; nothing when there is none.
  [[nodiscard]] std::optional<platform::InputFile> open(const payload::RelativePath& path);
  [[nodiscard]] bool exists(const payload::RelativePath& path);

  /// Whether the folder "a/b/" exists. Throws Error{unsafe_path} where a link or a file stands in
  /// its place or above it.
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

  /// The folder "a/b/" ("" is the root); valid until another folder was asked for twice. Null when
  /// it is missing and nothing makes it.
  const platform::Folder* folder(std::string_view path, MakeFolder make = nullptr);

  /// To be called when paths may lead somewhere else now.
  void forget_folders() { recent_ = {}; }

  /// Throws Error{busy} when another process has the storage.
  void lock(platform::Folder::Sharing sharing);

 private:
  struct OpenFolder {
    std::string path;
    platform::Folder folder;

    [[nodiscard]] bool is(std::string_view wanted) const { return folder && path == wanted; }
  };

  platform::Folder open_folder(std::string_view path, MakeFolder make);

  std::string root_;  ///< for messages
  platform::Folder root_folder_;
  std::array<OpenFolder, 2> recent_;  ///< neighbours come in a row, or move from one to another
  std::size_t latest_ = 0;
};

/// True when both files hold the same bytes.
bool same_bytes(platform::InputFile& a, platform::InputFile& b);

}  // namespace healthmetric::archive
