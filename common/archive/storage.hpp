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

/// The storage folder, reached through open folders only.
///
/// Names come from strangers, and a stranger who can push a file can push a symbolic link. So no
/// path is ever handed to the system whole: each component is opened below the one before it and
/// refused when it is a link. (`openat2` with RESOLVE_BENEATH would do it in one call, but old
/// kernels and container filters refuse it.) Nothing that exists is ever replaced.
///
/// Functions throw Error{io} with the path and the system's reason, and Error{unsafe_path} where a
/// link stands in the way, unless said otherwise.
class Storage {
 public:
  struct File {
    std::string name;
    std::uint64_t size_bytes;
    std::chrono::sys_seconds modified;
  };

  enum class Lock {
    exclusive,  ///< to write
    shared,     ///< to read what nobody writes meanwhile
    none,
  };

  /// Throws Error{usage} when there is no such folder, or the storage folder lies in it, and
  /// Error{busy} when another receiver works in it.
  Storage(const std::filesystem::path& root, Lock lock);

  /// The folder, as it was named.
  [[nodiscard]] const std::string& root() const { return root_; }

  /// The regular files directly in the folder `path` ("a/b/", "" is the root), sorted by name; none
  /// when it does not exist.
  [[nodiscard]] std::vector<File> files_in(std::string_view path);

  /// Calls `use` for everything below the folder `top` ("a/b/", "" is the root) that is no folder,
  /// with its path ("a/b/c.json", whatever characters its names have) and whether it is a regular
  /// file. Nothing is below a folder that does not exist.
  void walk(std::string_view top,
            const std::function<void(const std::string& path, bool is_regular)>& use);

  /// A regular file; nothing when there is none.
  [[nodiscard]] std::optional<platform::InputFile> open(const payload::RelativePath& path);
  [[nodiscard]] bool exists(const payload::RelativePath& path);

  /// Whether the folder "a/b/" exists. Throws Error{unsafe_path} where a link or a file stands in
  /// its place or above it.
  [[nodiscard]] bool has_folder(std::string_view path);

  /// Creates a file that does not exist, and the folders above it.
  platform::OutputFile create(const payload::RelativePath& path);

  enum class Moved { yes, target_exists };

  /// Moves a file, creating the folders above its target. What exists there stays.
  [[nodiscard]] Moved move(const payload::RelativePath& from, const payload::RelativePath& to);

  /// Moves a folder to a place in an existing one where nothing is.
  void move_folder(const payload::RelativePath& from, const payload::RelativePath& to);

  /// Moves a file of which the bytes are durable, and makes the move durable. What exists at the
  /// target stays, and the file is removed.
  void move_durably(const payload::RelativePath& from, const payload::RelativePath& to);

  /// Puts `text` into a new file, durably. What exists there stays.
  void write_durably(const payload::RelativePath& path, std::string_view text);

  void remove(const payload::RelativePath& path);

  /// Removes a folder with all that is in it; links in it are removed, not followed.
  void remove_tree(const payload::RelativePath& path);

  /// Makes everything done so far durable: one call for a whole batch.
  void sync();

 private:
  enum class Missing { create, fail };

  struct OpenFolder {
    std::string path;
    platform::Folder folder;

    [[nodiscard]] bool is(std::string_view wanted) const { return folder && path == wanted; }
  };

  /// The folder "a/b/" ("" is the root); valid until another folder was asked for twice. Null when
  /// it is missing and may not be created.
  const platform::Folder* folder(std::string_view path, Missing missing);
  platform::Folder open_folder(std::string_view path, Missing missing);
  void forget_folders();

  std::string root_;  ///< for messages
  platform::Folder root_folder_;
  std::array<OpenFolder, 2> recent_;  ///< neighbours come in a row, or move from one to another
  std::size_t latest_ = 0;
};

/// True when both files hold the same bytes.
bool same_bytes(platform::InputFile& a, platform::InputFile& b);

}  // namespace healthmetric::archive
