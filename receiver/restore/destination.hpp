#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <vector>

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

/// The folder that files are restored to. Paths are opened component by component, as in the
/// storage, and no link is followed, so nothing in the folder leads outside of it.
///
/// Functions throw as StorageReader does, and NameRefused.
class Destination : private archive::StorageReader {
 public:
  /// Creates the folder if it is missing. Throws Error{busy} if another process restores to it.
  explicit Destination(const std::filesystem::path& folder);

  using StorageReader::never_enter;
  using StorageReader::open;
  using StorageReader::root;

  /// Whether nothing was in it: what is there now was put there through this object, as no other
  /// restore may work in it.
  [[nodiscard]] bool was_empty() const { return was_empty_; }

  /// The type of what exists at the place; nullopt if there is nothing.
  std::optional<std::filesystem::file_type> look_at(const payload::RelativePath& place);

  /// Whether the place is taken by a name that is spelled differently, and is the same to this file
  /// system: in another case, for example. Lists folders.
  bool is_under_another_name(const payload::RelativePath& place);

  /// Creates a folder and its parents.
  void make_folder(const payload::RelativePath& folder);

  enum class Replace { no, yes };

  /// A temporary file beside the place of the new file. Its name depends on the place alone, so the
  /// next run replaces what a killed one left. Removed unless put() succeeds.
  class NewFile {
   public:
    NewFile(Destination& destination, const payload::RelativePath& place);
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    [[nodiscard]] const payload::RelativePath& place() const { return place_; }

    /// This and finish() use nothing of the destination, so another thread may call them.
    void write(std::string_view bytes) { out_->write_through(bytes); }

    /// Sets the time of the file and closes it: nothing can be written any more. `time_error` is
    /// set if the file system cannot store the time.
    void finish(const platform::FileTime& modified, std::error_code& time_error);

    /// Renames it to its place. False if a file was created there meanwhile and must not be
    /// replaced.
    bool put(Replace replace);

   private:
    Destination& destination_;
    payload::RelativePath place_;
    std::string name_;
    std::optional<platform::OutputFile> out_;
    bool is_put_ = false;
  };

  /// Whether a component of the path is a name for temporary files.
  static bool is_reserved(std::string_view path);

 private:
  using Names = std::unordered_set<std::string>;

  const platform::Folder& ensure_folder(std::string_view path);
  platform::OutputFile create(const payload::RelativePath& place, const std::string& name);

  /// The names in a folder that exists.
  const Names& names_in_folder(std::string_view folder);
  void note_new_name(std::string_view folder, std::string_view name);

  struct Listing {
    std::string folder;
    Names names;
  };
  bool was_empty_ = false;
  std::vector<Listing> listings_;  ///< by depth: of the latest folder that was listed there
};

}  // namespace healthmetric::restore
