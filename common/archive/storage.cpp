#include "common/archive/storage.hpp"

#include <string>
#include <system_error>
#include <utility>

#include "common/archive/folder_calls.hpp"
#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::archive {
namespace {

using platform::Folder;

/// Removes what is in a folder, links themselves and not what they lead to. A folder in it that is
/// not empty gives what it holds to `tree`, at the top: so however deep a stranger has nested them,
/// two open folders are enough.
void flatten(const Folder& tree, const std::string& name, const std::string& shown) {
  std::error_code error;
  const Folder folder = tree.open_folder(name, error);
  throw_if(error, "remove", shown);
  for (const std::string& child : names_in(folder, shown)) {
    folder.remove_file(child, error);
    if (error) folder.remove_folder(child, error);
    if (error) folder.move(child, tree, "deep-" + platform::random_hex(16), error);
    throw_if(error, "remove", shown);
  }
}

void remove_all_in(const Folder& tree, const std::string& shown) {
  for (auto names = names_in(tree, shown); !names.empty(); names = names_in(tree, shown)) {
    for (const std::string& name : names) {
      const std::string child_shown = fmt::format("{}/{}", shown, name);
      std::error_code error;
      tree.remove_file(name, error);
      if (!error) continue;
      const bool is_folder =
          error == std::errc::is_a_directory || error == std::errc::operation_not_permitted;
      if (!is_folder) throw_if(error, "remove", child_shown);
      flatten(tree, name, child_shown);
      tree.remove_folder(name, error);
      throw_if(error, "remove", child_shown);
    }
  }
}

/// Somebody else may have been quicker.
void make_folder(const Folder& parent, const std::string& name, const std::string& shown) {
  std::error_code error;
  parent.create_folder(name, error);
  if (error != std::errc::file_exists) throw_if(error, "create", shown);
}

}  // namespace

Storage::Storage(const std::filesystem::path& root, Lock kind) : StorageReader(root) {
  if (kind == Lock::exclusive) lock(Folder::Sharing::exclusive);
}

const Folder& Storage::ensure_folder(std::string_view path) {
  return *folder(path, make_folder);
}

platform::OutputFile Storage::create(const payload::RelativePath& path) {
  const std::string shown = full_path(path.str());
  std::error_code error;
  platform::Handle file =
      ensure_folder(path.directory()).create_file(std::string(path.filename()), error);
  throw_if(error, "create", shown);
  return {std::move(file), shown};
}

Storage::Moved Storage::move(const payload::RelativePath& from, const payload::RelativePath& to) {
  const Folder* const source = folder(from.directory());
  const Folder& target = ensure_folder(to.directory());
  std::error_code error = std::make_error_code(std::errc::no_such_file_or_directory);
  if (source != nullptr) {
    source->move_without_replacing(std::string(from.filename()), target, std::string(to.filename()),
                                   error);
  }
  if (error == std::errc::file_exists) return Moved::target_exists;
  if (!error) return Moved::yes;
  throw_system_error(fmt::format("cannot move {} to {}", in_quotes(full_path(from.str())),
                                 in_quotes(full_path(to.str()))),
                     error.value());
}

void Storage::move_folder(const payload::RelativePath& from, const payload::RelativePath& to) {
  if (move(from, to) != Moved::yes) {
    throw Error(ErrorCode::io,
                in_quotes(full_path(to.str())) +
                    " was created by another program while the receiver was running");
  }
  forget_folders();
}

void Storage::write_durably(const payload::RelativePath& path, std::string_view text) {
  const payload::RelativePath temporary = temporary_path();
  {
    platform::OutputFile file = create(temporary);
    file.write(text);
    sync(file);
  }
  move_durably(temporary, path);
}

void Storage::move_durably(const payload::RelativePath& from, const payload::RelativePath& to) {
  if (move(from, to) == Moved::target_exists) remove(from);
  if (durability_ == Durability::none) return;
  ensure_folder(to.directory()).sync(full_path(to.str()));
}

void Storage::remove(const payload::RelativePath& path) {
  const Folder* const opened = folder(path.directory());
  std::error_code error = std::make_error_code(std::errc::no_such_file_or_directory);
  if (opened != nullptr) {
    opened->remove_file(std::string(path.filename()), error);
    if (error == std::errc::no_such_file_or_directory) return;
  }
  throw_if(error, "remove", full_path(path.str()));
}

void Storage::remove_tree(const payload::RelativePath& path) {
  const std::string name(path.filename());
  const std::string shown = full_path(path.str());
  const Folder* const parent = folder(path.directory());
  if (parent == nullptr) return;
  std::error_code error;
  const Folder tree = parent->open_folder(name, error);
  if (error == std::errc::no_such_file_or_directory) return;
  const bool is_no_folder =
      error == std::errc::not_a_directory || error == std::errc::too_many_symbolic_link_levels;
  if (!is_no_folder) throw_if(error, "remove", shown);
  if (tree) remove_all_in(tree, shown);
  forget_folders();
  const Folder* const again = folder(path.directory());
  error = std::make_error_code(std::errc::no_such_file_or_directory);
  if (again != nullptr && tree) again->remove_folder(name, error);
  if (again != nullptr && !tree) again->remove_file(name, error);
  throw_if(error, "remove", shown);
}

void Storage::sync() {
  if (durability_ == Durability::none) return;
  std::error_code error;
  root_folder().sync_file_system(error);
  throw_if(error, "write", root());
}

void Storage::sync(platform::OutputFile& file) const {
  if (durability_ == Durability::batch) {
    file.sync();
  } else {
    file.flush();
  }
}

}  // namespace healthmetric::archive
