#include "common/archive/storage.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <memory>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/move_without_replacing.hpp"

namespace healthmetric::archive {
namespace {

constexpr mode_t kDirectoryMode = 0777;  // less the umask
constexpr mode_t kFileMode = 0666;

platform::UniqueFd open_at(int at_fd, const char* name, int flags) {
  return platform::UniqueFd(
      platform::uninterrupted([&] { return ::openat(at_fd, name, flags | O_CLOEXEC, kFileMode); }));
}

platform::UniqueFd open_folder(int at_fd, const char* name) {
  return open_at(at_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

/// The names in a directory, without "." and "..", sorted.
std::vector<std::string> names_in(int directory_fd, const std::string& shown) {
  platform::UniqueFd own = open_folder(directory_fd, ".");
  if (!own) throw_system_error("cannot list " + in_quotes(shown), errno);
  const std::unique_ptr<DIR, CloseDirectory> stream(::fdopendir(own.get()));
  if (!stream) throw_system_error("cannot list " + in_quotes(shown), errno);
  own.release();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    std::string name(static_cast<const char*>(entry->d_name));
    if (name != "." && name != "..") names.push_back(std::move(name));
    errno = 0;
  }
  if (errno != 0) throw_system_error("cannot list " + in_quotes(shown), errno);
  std::sort(names.begin(), names.end());
  return names;
}

std::string_view kind_of(mode_t mode) {
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISREG(mode)) return "a file";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

/// Why `name` in a directory could not be opened as `needed`, "a file" or "a folder": something
/// else stands there, or what the system says.
[[noreturn]] void throw_obstacle(int at_fd, const std::string& name, std::string_view needed,
                                 const std::string& action, int error_number) {
  struct stat info {};
  const bool is_there = ::fstatat(at_fd, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
  if (is_there && kind_of(info.st_mode) != needed) {
    throw Error(ErrorCode::unsafe_path, fmt::format("{}: {} is {}, not {}", action, in_quotes(name),
                                                    kind_of(info.st_mode), needed));
  }
  throw_system_error(action, error_number);
}

/// Removes what is in a folder, links themselves and not what they lead to. A folder in it that is
/// not empty gives what it holds to `tree`, at the top: so however deep a stranger has nested them,
/// two descriptors are enough.
void flatten(int tree_fd, const std::string& name, const std::string& shown) {
  const platform::UniqueFd folder = open_folder(tree_fd, name.c_str());
  if (!folder) throw_system_error("cannot remove " + in_quotes(shown), errno);
  for (const std::string& child : names_in(folder.get(), shown)) {
    if (::unlinkat(folder.get(), child.c_str(), 0) == 0) continue;
    if (::unlinkat(folder.get(), child.c_str(), AT_REMOVEDIR) == 0) continue;
    if (::renameat(folder.get(), child.c_str(), tree_fd,
                   ("deep-" + platform::random_hex(16)).c_str()) != 0) {
      throw_system_error("cannot remove " + in_quotes(shown), errno);
    }
  }
}

void remove_all_in(int tree_fd, const std::string& shown) {
  for (auto names = names_in(tree_fd, shown); !names.empty(); names = names_in(tree_fd, shown)) {
    for (const std::string& name : names) {
      const std::string child_shown = fmt::format("{}/{}", shown, name);
      if (::unlinkat(tree_fd, name.c_str(), 0) == 0) continue;
      if (errno != EISDIR && errno != EPERM) {
        throw_system_error("cannot remove " + in_quotes(child_shown), errno);
      }
      flatten(tree_fd, name, child_shown);
      if (::unlinkat(tree_fd, name.c_str(), AT_REMOVEDIR) != 0) {
        throw_system_error("cannot remove " + in_quotes(child_shown), errno);
      }
    }
  }
}

std::string c_string(std::string_view name) {
  return std::string(name);
}

/// Who names the clone means the storage folder in it.
void refuse_folder_above_storage(const std::filesystem::path& folder) {
  std::error_code error;
  const auto has = [&](const char* name) {
    return std::filesystem::is_directory(folder / name, error);
  };
  if (!has("_storage") || has("inbox") || has("summaries")) return;
  throw Error(ErrorCode::usage, in_quotes(folder.string()) +
                                    " has a storage folder in it: use --storage " +
                                    (folder / "_storage").string());
}

}  // namespace

Storage::Storage(const std::filesystem::path& root, Lock lock)
    : root_(root.string()), root_fd_(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!root_fd_ && (errno == ENOENT || errno == ENOTDIR)) {
    throw Error(ErrorCode::usage, "there is no folder " + in_quotes(root_) +
                                      ": name the storage folder with --storage");
  }
  if (!root_fd_) throw_system_error("cannot open " + in_quotes(root_), errno);
  refuse_folder_above_storage(root);
  if (lock == Lock::none) return;
  const int operation = lock == Lock::exclusive ? LOCK_EX : LOCK_SH;
  if (::flock(root_fd_.get(), operation | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw_system_error("cannot lock " + in_quotes(root_), errno);
    throw Error(ErrorCode::busy, "another receiver works in " + in_quotes(root_));
  }
}

int Storage::directory(std::string_view path, Missing missing) {
  if (path.empty()) return root_fd_.get();
  if (!latest_.is(path)) {
    std::swap(latest_, earlier_);
    if (!latest_.is(path)) {
      latest_ = {};
      platform::UniqueFd fd = open_directory(path, missing);
      if (!fd) return -1;
      latest_ = {std::string(path), std::move(fd)};
    }
  }
  return latest_.fd.get();
}

platform::UniqueFd Storage::open_directory(std::string_view path, Missing missing) {
  platform::UniqueFd parent;
  int parent_fd = root_fd_.get();
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string name(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
    platform::UniqueFd child = open_folder(parent_fd, name.c_str());
    if (!child && errno == ENOENT) {
      if (missing == Missing::fail) return {};
      if (::mkdirat(parent_fd, name.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
        throw_system_error("cannot create " + in_quotes(root_ + "/" + c_string(path)), errno);
      }
      child = open_folder(parent_fd, name.c_str());
    }
    if (!child) {
      throw_obstacle(parent_fd, name, "a folder",
                     "cannot enter " + in_quotes(root_ + "/" + c_string(path)), errno);
    }
    parent = std::move(child);
    parent_fd = parent.get();
  }
  return parent;
}

/// Their paths may lead somewhere else now.
void Storage::forget_folders() {
  latest_ = {};
  earlier_ = {};
}

std::vector<Storage::File> Storage::files_in(std::string_view path) {
  const std::string shown = root_ + "/" + c_string(path);
  const int fd = directory(path, Missing::fail);
  std::vector<File> files;
  if (fd < 0) return files;
  for (std::string& name : names_in(fd, shown)) {
    struct stat info {};
    if (::fstatat(fd, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      throw_system_error("cannot read " + in_quotes(shown + name), errno);
    }
    if (S_ISREG(info.st_mode)) {
      files.push_back({std::move(name), static_cast<std::uint64_t>(info.st_size),
                       std::chrono::sys_seconds(std::chrono::seconds(info.st_mtim.tv_sec))});
    }
  }
  return files;
}

void Storage::walk(std::string_view top,
                   const std::function<void(const std::string& path, bool is_regular)>& use) {
  if (directory(top, Missing::fail) < 0) return;
  std::vector<std::string> folders{std::string(top)};
  while (!folders.empty()) {
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    const std::string shown = root_ + "/" + folder;
    const platform::UniqueFd fd(::fcntl(directory(folder, Missing::fail), F_DUPFD_CLOEXEC, 0));
    if (!fd) throw_system_error("cannot list " + in_quotes(shown), errno);
    std::vector<std::string> below;
    for (const std::string& name : names_in(fd.get(), shown)) {
      struct stat info {};
      if (::fstatat(fd.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        throw_system_error("cannot read " + in_quotes(shown + name), errno);
      }
      if (S_ISDIR(info.st_mode)) {
        below.push_back(folder + name + "/");
      } else {
        use(folder + name, S_ISREG(info.st_mode));
      }
    }
    std::move(below.rbegin(), below.rend(), std::back_inserter(folders));
  }
}

std::optional<platform::InputFile> Storage::open(const payload::RelativePath& path) {
  const std::string shown = root_ + "/" + path.str();
  const int fd = directory(path.directory(), Missing::fail);
  if (fd < 0) return {};
  const std::string name(path.filename());
  platform::UniqueFd file = open_at(fd, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file && errno == ENOENT) return {};
  const std::string action = "cannot read " + in_quotes(shown);
  if (!file) throw_obstacle(fd, name, "a file", action, errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) throw_system_error(action, errno);
  if (!S_ISREG(info.st_mode)) throw_obstacle(fd, name, "a file", action, EINVAL);
  return platform::InputFile(std::move(file), shown);
}

bool Storage::exists(const payload::RelativePath& path) {
  const int fd = directory(path.directory(), Missing::fail);
  if (fd < 0) return false;
  struct stat info {};
  const std::string name(path.filename());
  if (::fstatat(fd, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno != ENOENT)
    throw_system_error("cannot read " + in_quotes(root_ + "/" + path.str()), errno);
  return false;
}

bool Storage::has_folder(std::string_view path) {
  return directory(path, Missing::fail) >= 0;
}

platform::OutputFile Storage::create(const payload::RelativePath& path) {
  const std::string shown = root_ + "/" + path.str();
  const int fd = directory(path.directory(), Missing::create);
  const std::string name(path.filename());
  platform::UniqueFd file = open_at(fd, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  if (!file) throw_system_error("cannot create " + in_quotes(shown), errno);
  return {std::move(file), shown};
}

Storage::Moved Storage::move(const payload::RelativePath& from, const payload::RelativePath& to) {
  const int source_fd = directory(from.directory(), Missing::fail);
  const int target_fd = directory(to.directory(), Missing::create);
  const std::string source_name(from.filename());
  const std::string target_name(to.filename());
  if (platform::move_without_replacing(source_fd, source_name.c_str(), target_fd,
                                       target_name.c_str())) {
    return Moved::yes;
  }
  if (errno == EEXIST) return Moved::target_exists;
  throw_system_error("cannot move " + in_quotes(root_ + "/" + from.str()) + " to " +
                         in_quotes(root_ + "/" + to.str()),
                     errno);
}

void Storage::move_folder(const payload::RelativePath& from, const payload::RelativePath& to) {
  if (move(from, to) != Moved::yes) {
    throw Error(ErrorCode::io, in_quotes(root_ + "/" + to.str()) +
                                   " was created by somebody else while the receiver worked");
  }
  forget_folders();
}

void Storage::write_durably(const payload::RelativePath& path, std::string_view text) {
  const payload::RelativePath temporary(kStagingFolder.str() + "/new-" + platform::random_hex(8));
  {
    platform::OutputFile file = create(temporary);
    file.write(text);
    file.sync();
  }
  move_durably(temporary, path);
}

void Storage::move_durably(const payload::RelativePath& from, const payload::RelativePath& to) {
  if (move(from, to) == Moved::target_exists) remove(from);
  platform::sync_descriptor(directory(to.directory(), Missing::fail), root_ + "/" + to.str());
}

void Storage::remove(const payload::RelativePath& path) {
  const int fd = directory(path.directory(), Missing::fail);
  const std::string name(path.filename());
  if (fd < 0 || (::unlinkat(fd, name.c_str(), 0) != 0 && errno != ENOENT)) {
    throw_system_error("cannot remove " + in_quotes(root_ + "/" + path.str()), errno);
  }
}

void Storage::remove_tree(const payload::RelativePath& path) {
  const std::string name(path.filename());
  const int parent = directory(path.directory(), Missing::fail);
  if (parent < 0) return;
  platform::UniqueFd tree = open_folder(parent, name.c_str());
  if (!tree && errno == ENOENT) return;
  if (!tree && errno != ENOTDIR && errno != ELOOP) {
    throw_system_error("cannot remove " + in_quotes(root_ + "/" + path.str()), errno);
  }
  const std::string shown = root_ + "/" + path.str();
  if (tree) remove_all_in(tree.get(), shown);
  forget_folders();
  const int again = directory(path.directory(), Missing::fail);
  if (::unlinkat(again, name.c_str(), tree ? AT_REMOVEDIR : 0) != 0) {
    throw_system_error("cannot remove " + in_quotes(shown), errno);
  }
}

void Storage::sync() {
  if (::syncfs(root_fd_.get()) == 0) return;
  if (!platform::is_unsupported(errno))
    throw_system_error("cannot write " + in_quotes(root_), errno);
  ::sync();  // waits for every file system, but for this one, too
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
