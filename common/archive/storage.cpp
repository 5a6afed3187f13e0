#include "common/archive/storage.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file_kind.hpp"

namespace healthmetric::archive {
namespace {

using platform::Folder;
using std::filesystem::file_type;

void throw_if(const std::error_code& error, const char* verb, const std::string& shown) {
  if (error) throw_system_error(fmt::format("cannot {} {}", verb, in_quotes(shown)), error.value());
}

std::vector<std::string> names_in(const Folder& folder, const std::string& shown) {
  std::error_code error;
  std::vector<std::string> names = folder.names(error);
  throw_if(error, "list", shown);
  return names;
}

platform::FolderEntry look_at(const Folder& folder, const std::string& name,
                              const std::string& shown) {
  std::error_code error;
  const platform::FolderEntry entry = folder.look_at(name, error);
  if (error) throw_if(error, "read", shown + name);
  return entry;
}

/// Why `name` in a folder could not be opened as what is needed, a file or a folder: something else
/// stands there, or what the system says.
[[noreturn]] void throw_obstacle(const Folder& folder, const std::string& name, file_type needed,
                                 const std::string& action, const std::error_code& why) {
  std::error_code error;
  const file_type type = folder.look_at(name, error).type;
  if (!error && type != needed) {
    throw Error(ErrorCode::unsafe_path,
                fmt::format("{}: {} is {}, not {}", action, in_quotes(name),
                            platform::kind_of(type), platform::kind_of(needed)));
  }
  throw_system_error(action, why.value());
}

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

/// Who names the clone means the storage folder in it.
void refuse_folder_above_storage(const std::filesystem::path& folder) {
  if (!holds_storage(folder)) return;
  throw Error(ErrorCode::usage, in_quotes(folder.string()) +
                                    " contains a storage folder: use --storage " +
                                    storage_in(folder).string());
}

}  // namespace

Storage::Storage(const std::filesystem::path& root, Lock lock) : root_(root.string()) {
  std::error_code error;
  root_folder_ = Folder::open(root, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
    throw Error(ErrorCode::usage, "there is no folder " + in_quotes(root_) +
                                      ": name the storage folder with --storage");
  }
  throw_if(error, "open", root_);
  refuse_folder_above_storage(root);
  if (lock == Lock::none) return;
  const auto sharing =
      lock == Lock::exclusive ? Folder::Sharing::exclusive : Folder::Sharing::shared;
  if (root_folder_.try_lock(sharing, error)) return;
  throw_if(error, "lock", root_);
  throw Error(ErrorCode::busy, "another receiver is working in " + in_quotes(root_));
}

const Folder* Storage::folder(std::string_view path, Missing missing) {
  if (path.empty()) return &root_folder_;
  if (!recent_[latest_].is(path)) {
    latest_ = 1 - latest_;
    OpenFolder& other = recent_[latest_];
    if (!other.is(path)) {
      other = {};
      Folder opened = open_folder(path, missing);
      if (!opened) return nullptr;
      other = {std::string(path), std::move(opened)};
    }
  }
  return &recent_[latest_].folder;
}

Folder Storage::open_folder(std::string_view path, Missing missing) {
  Folder opened;
  const Folder* parent = &root_folder_;
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string name(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
    const std::string shown = root_ + "/" + std::string(path);
    std::error_code error;
    Folder child = parent->open_folder(name, error);
    if (error == std::errc::no_such_file_or_directory) {
      if (missing == Missing::fail) return {};
      parent->create_folder(name, error);
      if (error != std::errc::file_exists) throw_if(error, "create", shown);
      child = parent->open_folder(name, error);
    }
    if (error) {
      throw_obstacle(*parent, name, file_type::directory, "cannot enter " + in_quotes(shown),
                     error);
    }
    opened = std::move(child);
    parent = &opened;
  }
  return opened;
}

/// Their paths may lead somewhere else now.
void Storage::forget_folders() {
  recent_ = {};
}

std::vector<Storage::File> Storage::files_in(std::string_view path) {
  const std::string shown = root_ + "/" + std::string(path);
  const Folder* const opened = folder(path, Missing::fail);
  std::vector<File> files;
  if (opened == nullptr) return files;
  for (std::string& name : names_in(*opened, shown)) {
    const platform::FolderEntry entry = look_at(*opened, name, shown);
    if (entry.type == file_type::regular) {
      files.push_back({std::move(name), entry.size_bytes, entry.modified});
    }
  }
  return files;
}

void Storage::walk(std::string_view top,
                   const std::function<void(const std::string& path, bool is_regular)>& use) {
  if (folder(top, Missing::fail) == nullptr) return;
  std::vector<std::string> folders{std::string(top)};
  while (!folders.empty()) {
    const std::string path = std::move(folders.back());
    folders.pop_back();
    const std::string shown = root_ + "/" + path;
    const Folder* const opened = folder(path, Missing::fail);
    std::error_code error = std::make_error_code(std::errc::no_such_file_or_directory);
    const Folder kept = opened == nullptr ? Folder() : opened->duplicate(error);
    throw_if(error, "list", shown);
    std::vector<std::string> below;
    for (const std::string& name : names_in(kept, shown)) {
      const file_type type = look_at(kept, name, shown).type;
      if (type == file_type::directory) {
        below.push_back(path + name + "/");
      } else {
        use(path + name, type == file_type::regular);
      }
    }
    std::move(below.rbegin(), below.rend(), std::back_inserter(folders));
  }
}

std::optional<platform::InputFile> Storage::open(const payload::RelativePath& path) {
  const std::string shown = root_ + "/" + path.str();
  const Folder* const opened = folder(path.directory(), Missing::fail);
  if (opened == nullptr) return {};
  const std::string name(path.filename());
  std::error_code error;
  platform::Handle file = opened->open_file(name, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  const std::string action = "cannot read " + in_quotes(shown);
  if (error) throw_obstacle(*opened, name, file_type::regular, action, error);
  const bool is_file = platform::is_regular(file, error);
  throw_if(error, "read", shown);
  if (!is_file) {
    throw_obstacle(*opened, name, file_type::regular, action,
                   std::make_error_code(std::errc::invalid_argument));
  }
  return platform::InputFile(std::move(file), shown);
}

bool Storage::exists(const payload::RelativePath& path) {
  const Folder* const opened = folder(path.directory(), Missing::fail);
  if (opened == nullptr) return false;
  std::error_code error;
  (void)opened->look_at(std::string(path.filename()), error);
  if (error == std::errc::no_such_file_or_directory) return false;
  throw_if(error, "read", root_ + "/" + path.str());
  return true;
}

bool Storage::has_folder(std::string_view path) {
  return folder(path, Missing::fail) != nullptr;
}

platform::OutputFile Storage::create(const payload::RelativePath& path) {
  const std::string shown = root_ + "/" + path.str();
  std::error_code error;
  platform::Handle file =
      folder(path.directory(), Missing::create)->create_file(std::string(path.filename()), error);
  throw_if(error, "create", shown);
  return {std::move(file), shown};
}

Storage::Moved Storage::move(const payload::RelativePath& from, const payload::RelativePath& to) {
  const Folder* const source = folder(from.directory(), Missing::fail);
  const Folder* const target = folder(to.directory(), Missing::create);
  std::error_code error = std::make_error_code(std::errc::no_such_file_or_directory);
  if (source != nullptr) {
    source->move_without_replacing(std::string(from.filename()), *target,
                                   std::string(to.filename()), error);
  }
  if (error == std::errc::file_exists) return Moved::target_exists;
  if (!error) return Moved::yes;
  throw_system_error(fmt::format("cannot move {} to {}", in_quotes(root_ + "/" + from.str()),
                                 in_quotes(root_ + "/" + to.str())),
                     error.value());
}

void Storage::move_folder(const payload::RelativePath& from, const payload::RelativePath& to) {
  if (move(from, to) != Moved::yes) {
    throw Error(ErrorCode::io,
                in_quotes(root_ + "/" + to.str()) +
                    " was created by another program while the receiver was running");
  }
  forget_folders();
}

void Storage::write_durably(const payload::RelativePath& path, std::string_view text) {
  const payload::RelativePath temporary = temporary_path();
  {
    platform::OutputFile file = create(temporary);
    file.write(text);
    file.sync();
  }
  move_durably(temporary, path);
}

void Storage::move_durably(const payload::RelativePath& from, const payload::RelativePath& to) {
  if (move(from, to) == Moved::target_exists) remove(from);
  folder(to.directory(), Missing::create)->sync(root_ + "/" + to.str());
}

void Storage::remove(const payload::RelativePath& path) {
  const Folder* const opened = folder(path.directory(), Missing::fail);
  std::error_code error = std::make_error_code(std::errc::no_such_file_or_directory);
  if (opened != nullptr) {
    opened->remove_file(std::string(path.filename()), error);
    if (error == std::errc::no_such_file_or_directory) return;
  }
  throw_if(error, "remove", root_ + "/" + path.str());
}

void Storage::remove_tree(const payload::RelativePath& path) {
  const std::string name(path.filename());
  const std::string shown = root_ + "/" + path.str();
  const Folder* const parent = folder(path.directory(), Missing::fail);
  if (parent == nullptr) return;
  std::error_code error;
  const Folder tree = parent->open_folder(name, error);
  if (error == std::errc::no_such_file_or_directory) return;
  const bool is_no_folder =
      error == std::errc::not_a_directory || error == std::errc::too_many_symbolic_link_levels;
  if (!is_no_folder) throw_if(error, "remove", shown);
  if (tree) remove_all_in(tree, shown);
  forget_folders();
  const Folder* const again = folder(path.directory(), Missing::fail);
  error = std::make_error_code(std::errc::no_such_file_or_directory);
  if (again != nullptr && tree) again->remove_folder(name, error);
  if (again != nullptr && !tree) again->remove_file(name, error);
  throw_if(error, "remove", shown);
}

void Storage::sync() {
  std::error_code error;
  root_folder_.sync_file_system(error);
  throw_if(error, "write", root_);
}

bool same_bytes(platform::InputFile& a, platform::InputFile& b) {
  if (a.state().size_bytes != b.state().size_bytes) return false;
  std::vector<char> left(std::size_t{64} * 1024);
  std::vector<char> right(left.size());
  while (const std::size_t count = a.read(left)) {
    std::size_t filled = 0;
    while (filled < count) {
      const std::size_t more = b.read(std::span<char>(right.data() + filled, count - filled));
      if (more == 0) return false;
      filled += more;
    }
    if (!std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(count),
                    right.begin())) {
      return false;
    }
  }
  return true;
}

}  // namespace healthmetric::archive
