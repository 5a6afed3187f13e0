#include "common/archive/storage_reader.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <system_error>
#include <utility>

#include "common/archive/folder_calls.hpp"
#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file_kind.hpp"

namespace healthmetric::archive {
namespace {

using platform::Folder;
using std::filesystem::file_type;

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

/// Whether a file in a folder of the folder "a/b/" would be deeper than any stored one. Each folder
/// is reached through all above it, so the depth of a walk has to have an end.
bool is_deep(std::string_view folder) {
  using payload::RelativePath;
  constexpr std::size_t kMaxStoredLevels =
      RelativePath::kMaxLevels * (RelativePath::kMaxStoredBytes / RelativePath::kMaxBytes);
  const auto above = static_cast<std::size_t>(std::count(folder.begin(), folder.end(), '/'));
  return above + 1 >= kMaxStoredLevels;
}

StorageReader::Entry entry_of(file_type type) {
  if (type == file_type::regular) return StorageReader::Entry::file;
  return type == file_type::directory ? StorageReader::Entry::deep_folder
                                      : StorageReader::Entry::other;
}

/// Who names the clone means the storage folder in it.
void refuse_folder_above_storage(const std::filesystem::path& folder) {
  if (!holds_storage(folder)) return;
  throw Error(ErrorCode::usage, in_quotes(folder.string()) +
                                    " contains a storage folder: use --storage " +
                                    storage_in(folder).string());
}

}  // namespace

StorageReader::StorageReader(const std::filesystem::path& root, Root kind) : root_(root.string()) {
  std::error_code error;
  root_folder_ = Folder::open(root, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
    throw Error(ErrorCode::usage, "there is no folder " + in_quotes(root_) +
                                      ": name the storage folder with --storage");
  }
  throw_if(error, "open", root_);
  if (kind == Root::storage) refuse_folder_above_storage(root);
}

StorageReader::StorageReader(std::string root, Folder folder)
    : root_(std::move(root)), root_folder_(std::move(folder)) {}

StorageReader StorageReader::again() const {
  std::error_code error;
  Folder same = root_folder_.duplicate(error);
  throw_if(error, "open", root_);
  return {root_, std::move(same)};
}

void StorageReader::never_enter(const StorageReader& other) {
  std::error_code error;
  never_entered_ = other.root_folder_.duplicate(error);
  throw_if(error, "open", other.root_);
}

void StorageReader::lock_shared() {
  lock(Folder::Sharing::shared);
}

void StorageReader::lock(Folder::Sharing sharing, std::string_view other) {
  std::error_code error;
  if (root_folder_.try_lock(sharing, error)) return;
  throw_if(error, "lock", root_);
  throw Error(ErrorCode::busy, fmt::format("{} is working in {}", other, in_quotes(root_)));
}

std::string StorageReader::full_path(std::string_view path) const {
  return (root_ + "/").append(path);
}

const Folder* StorageReader::folder(std::string_view path, MakeFolder make) {
  if (path.empty()) return &root_folder_;
  if (!recent_[latest_].is(path)) {
    latest_ = 1 - latest_;
    OpenFolder& other = recent_[latest_];
    if (!other.is(path)) {
      other = {};
      Folder opened = open_folder(path, make);
      if (!opened) return nullptr;
      other = {std::string(path), std::move(opened)};
    }
  }
  return &recent_[latest_].folder;
}

Folder StorageReader::open_folder(std::string_view path, MakeFolder make) {
  Folder opened;
  const Folder* parent = &root_folder_;
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string name(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
    const std::string shown = full_path(path);
    std::error_code error;
    Folder child = parent->open_folder(name, error);
    if (error == std::errc::no_such_file_or_directory) {
      if (make == nullptr) return {};
      make(*parent, name, shown);
      child = parent->open_folder(name, error);
    }
    if (error) {
      throw_obstacle(*parent, name, file_type::directory, "cannot enter " + in_quotes(shown),
                     error);
    }
    if (never_entered_ && child.is_same_as(never_entered_, error)) {
      throw Error(ErrorCode::unsafe_path, in_quotes(shown) + " is in the storage folder");
    }
    opened = std::move(child);
    parent = &opened;
  }
  return opened;
}

std::vector<StorageReader::File> StorageReader::files_in(std::string_view path) {
  const std::string shown = full_path(path);
  const Folder* const opened = folder(path);
  std::vector<File> files;
  if (opened == nullptr) return files;
  for (std::string& name : archive::names_in(*opened, shown)) {
    const platform::FolderEntry entry = look_at(*opened, name, shown);
    if (entry.type == file_type::regular) {
      files.push_back({std::move(name), entry.size_bytes, entry.modified});
    }
  }
  return files;
}

std::vector<std::string> StorageReader::names_in(std::string_view path) {
  const Folder* const opened = folder(path);
  if (opened == nullptr) return {};
  return archive::names_in(*opened, full_path(path));
}

void StorageReader::walk(std::string_view top,
                         const std::function<void(const std::string& path, Entry entry)>& use) {
  if (folder(top) == nullptr) return;
  std::vector<std::string> folders{std::string(top)};
  while (!folders.empty()) {
    const std::string path = std::move(folders.back());
    folders.pop_back();
    const std::string shown = full_path(path);
    const Folder* const opened = folder(path);
    std::error_code error = std::make_error_code(std::errc::no_such_file_or_directory);
    const Folder kept = opened == nullptr ? Folder() : opened->duplicate(error);
    throw_if(error, "list", shown);
    std::vector<std::string> below;
    for (const std::string& name : archive::names_in(kept, shown)) {
      const file_type type = look_at(kept, name, shown).type;
      if (type == file_type::directory && !is_deep(path)) {
        below.push_back(path + name + "/");
      } else {
        use(path + name, entry_of(type));
      }
    }
    std::move(below.rbegin(), below.rend(), std::back_inserter(folders));
  }
}

std::optional<platform::InputFile> StorageReader::open(const payload::RelativePath& path) {
  const std::string shown = full_path(path.str());
  const Folder* const opened = folder(path.directory());
  if (opened == nullptr) return {};
  const std::string name(path.filename());
  std::error_code error;
  platform::Handle file = opened->open_file(name, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  const auto refuse = [&](const std::error_code& why) {
    throw_obstacle(*opened, name, file_type::regular, "cannot read " + in_quotes(shown), why);
  };
  if (error) refuse(error);
  const auto state = platform::file_state(file, error);
  throw_if(error, "read", shown);
  if (!state) refuse(std::make_error_code(std::errc::invalid_argument));
  return platform::InputFile(std::move(file), shown, *state);
}

bool StorageReader::exists(const payload::RelativePath& path) {
  const Folder* const opened = folder(path.directory());
  if (opened == nullptr) return false;
  std::error_code error;
  (void)opened->look_at(std::string(path.filename()), error);
  if (error == std::errc::no_such_file_or_directory) return false;
  throw_if(error, "read", full_path(path.str()));
  return true;
}

bool StorageReader::has_folder(std::string_view path) {
  return folder(path) != nullptr;
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
