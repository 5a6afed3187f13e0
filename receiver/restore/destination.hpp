#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "common/archive/storage_reader.hpp"
#include "common/base/error.hpp"
#include "common/payload/relative_path.hpp"
#include "common/platform/file.hpp"

namespace healthmetric::restore {

/// A name that the file system cannot hold.
class NameRefused : public Error {
 public:
  explicit NameRefused(const std::string& message) : Error(ErrorCode::io, message) {}
};

/// The folder that files are restored to. It is reached as the storage is: component by component,
/// and no link is followed, so nothing that stands in it leads elsewhere.
///
/// Functions throw as StorageReader does, and NameRefused.
class Destination : private archive::StorageReader {
 public:
  /// What exists, or is made. Throws Error{busy} when another process restores to it.
  explicit Destination(const std::filesystem::path& folder);

  using StorageReader::open;
  using StorageReader::root;

  /// What stands at the place; nothing where it is free.
  std::optional<std::filesystem::file_type> look_at(const payload::RelativePath& place);

  /// Makes a folder, and those above it.
  void make_folder(const payload::RelativePath& folder);

  enum class Replace { no, yes };

  /// A file that is written beside its place, under a name that the next run uses again: what a
  /// run that died left there does not stay. Removed where it was not put.
  class NewFile {
   public:
    NewFile(Destination& destination, const payload::RelativePath& place);
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    void write(std::string_view bytes) { out_.write(bytes); }

    /// The error is the system's where the file system cannot do that.
    void set_modified(const platform::FileTime& time, std::error_code& error);

    /// Moves it to its place. False where another program was there first, and may not be replaced.
    bool put(Replace replace);

   private:
    Destination& destination_;
    payload::RelativePath place_;
    std::string name_;
    platform::OutputFile out_;
    bool is_put_ = false;
  };

  /// Whether a path has a name that is kept for new files.
  static bool is_reserved(std::string_view path);

 private:
  const platform::Folder& made_folder(std::string_view path);
  platform::OutputFile create(const payload::RelativePath& place, const std::string& name);
};

}  // namespace healthmetric::restore
