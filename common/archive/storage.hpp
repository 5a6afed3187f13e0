#pragma once

#include <filesystem>
#include <string_view>

#include "common/archive/storage_reader.hpp"

namespace healthmetric::archive {

/// The storage folder, for reading and writing. Nothing that exists is ever replaced.
class Storage : public StorageReader {
 public:
  enum class Lock {
    exclusive,  ///< against other receivers
    none,       ///< nothing will be written
  };

  enum class Durability {
    batch,  ///< what is documented as durable is on the disk
    none,   ///< nothing is synced; for a folder that is deleted after the run
  };

  /// Throws as StorageReader does, and Error{busy} if another receiver holds the lock.
  Storage(const std::filesystem::path& root, Lock kind);

  /// The default is `batch`.
  void set_durability(Durability durability) { durability_ = durability; }

  /// Creates a file that does not exist, and the folders above it.
  platform::OutputFile create(const payload::RelativePath& path);

  enum class Moved { yes, target_exists };

  /// Moves a file, creating the folders above its target. An existing target is kept.
  [[nodiscard]] Moved move(const payload::RelativePath& from, const payload::RelativePath& to);

  /// Moves a folder into an existing folder; the target must not exist.
  void move_folder(const payload::RelativePath& from, const payload::RelativePath& to);

  /// Moves a file whose bytes are durable, and makes the move durable. An existing target is kept,
  /// and the file is removed.
  void move_durably(const payload::RelativePath& from, const payload::RelativePath& to);

  /// Writes `text` into a new file, durably. An existing file is kept.
  void write_durably(const payload::RelativePath& path, std::string_view text);

  void remove(const payload::RelativePath& path);

  /// Removes a folder and everything in it; links in it are removed, not followed.
  void remove_tree(const payload::RelativePath& path);

  /// Makes everything done so far durable: one call for a whole batch.
  void sync();

  /// Completes a file that create() made, and makes its bytes durable.
  void sync(platform::OutputFile& file) const;

 private:
  const platform::Folder& ensure_folder(std::string_view path);

  Durability durability_ = Durability::batch;
};

}  // namespace healthmetric::archive
