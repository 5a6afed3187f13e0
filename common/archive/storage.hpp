#pragma once

#include <filesystem>
#include <string_view>

#include "common/archive/storage_reader.hpp"

namespace healthmetric::archive {

/// The storage folder, to be written as well. Nothing that exists is ever replaced.
class Storage : public StorageReader {
 public:
  enum class Lock {
    exclusive,  ///< against other receivers
    none,       ///< nothing will be written
  };

  enum class Durability {
    batch,  ///< what is said to be durable is on the disk
    none,   ///< the system writes it when it likes; for a folder that does not outlive the run
  };

  /// Throws as StorageReader does, and Error{busy} when another receiver works in it.
  Storage(const std::filesystem::path& root, Lock kind);

  /// At first `batch`.
  void set_durability(Durability durability) { durability_ = durability; }

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

  /// Completes a file that create() made, and makes its bytes durable.
  void sync(platform::OutputFile& file) const;

 private:
  const platform::Folder& made_folder(std::string_view path);

  Durability durability_ = Durability::batch;
};

}  // namespace healthmetric::archive
