#include "common/platform/folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/fs.h>
#include <sys/syscall.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "common/platform/posix.hpp"

namespace healthmetric::platform {
namespace {

constexpr mode_t kFolderMode = 0777;  // less the umask
constexpr mode_t kFileMode = 0666;

void set(std::error_code& error, bool is_done) {
  error.assign(is_done ? 0 : errno, std::generic_category());
}

Handle open_at(int folder, const char* name, int flags) {
  return Handle(
      uninterrupted([&] { return ::openat(folder, name, flags | O_CLOEXEC, kFileMode); }));
}

Handle open_folder_at(int folder, const char* name) {
  return open_at(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

/// A position of its own, at the front; null with errno set when that cannot be.
std::unique_ptr<DIR, CloseDirectory> listing_of(int folder) {
  Handle own = open_folder_at(folder, ".");
  if (!own) return {};
  std::unique_ptr<DIR, CloseDirectory> listing(::fdopendir(own.get()));
  if (listing) own.release();
  return listing;
}

std::filesystem::file_type type_of(mode_t mode) {
  using std::filesystem::file_type;
  if (S_ISLNK(mode)) return file_type::symlink;
  if (S_ISDIR(mode)) return file_type::directory;
  if (S_ISREG(mode)) return file_type::regular;
  if (S_ISFIFO(mode)) return file_type::fifo;
  if (S_ISSOCK(mode)) return file_type::socket;
  return S_ISCHR(mode) ? file_type::character : file_type::block;
}

/// Whether another way may succeed where one failed. File systems have many words for "not here"
/// (EINVAL, ENOSYS, EOPNOTSUPP, EPERM, EMLINK, ...); what another way would meet, too, it tells.
bool is_worth_another_way(int error_number) {
  return error_number != EEXIST && error_number != EIO && error_number != ENOSPC &&
         error_number != EDQUOT;
}

/// In one step; ENOSYS where there is no such call. (musl has no function for Linux's.)
bool rename_exclusively([[maybe_unused]] int from_fd, [[maybe_unused]] const char* from,
                        [[maybe_unused]] int to_fd, [[maybe_unused]] const char* to) {
#if defined(__linux__)
  return ::syscall(SYS_renameat2, from_fd, from, to_fd, to, RENAME_NOREPLACE) == 0;
#elif defined(RENAME_EXCL)
  return ::renameatx_np(from_fd, from, to_fd, to, RENAME_EXCL) == 0;
#else
  errno = ENOSYS;
  return false;
#endif
}

bool rename_looking_first(int from_fd, const char* from, int to_fd, const char* to) {
  struct stat info {};
  if (::fstatat(to_fd, to, &info, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return false;
  }
  return errno == ENOENT && ::renameat(from_fd, from, to_fd, to) == 0;
}

bool rename_without_replacing(int from_fd, const char* from, int to_fd, const char* to) {
  if (rename_exclusively(from_fd, from, to_fd, to)) return true;
  if (!is_worth_another_way(errno)) return false;
  if (::linkat(from_fd, from, to_fd, to, 0) == 0) return ::unlinkat(from_fd, from, 0) == 0;
  return is_worth_another_way(errno) && rename_looking_first(from_fd, from, to_fd, to);
}

}  // namespace

Folder Folder::open(const std::filesystem::path& path, std::error_code& error) {
  Folder folder(Handle(
      uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })));
  set(error, static_cast<bool>(folder));
  return folder;
}

Folder Folder::duplicate(std::error_code& error) const {
  Folder folder(Handle(::fcntl(handle_.get(), F_DUPFD_CLOEXEC, 0)));
  set(error, static_cast<bool>(folder));
  return folder;
}

bool Folder::is_same_as(const Folder& other, std::error_code& error) const {
  struct stat here {};
  struct stat there {};
  set(error, ::fstat(handle_.get(), &here) == 0 && ::fstat(other.handle_.get(), &there) == 0);
  return !error && here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

bool Folder::try_lock(Sharing sharing, std::error_code& error) const {
  const int operation = sharing == Sharing::exclusive ? LOCK_EX : LOCK_SH;
  const bool is_locked =
      uninterrupted([&] { return ::flock(handle_.get(), operation | LOCK_NB); }) == 0;
  set(error, is_locked || errno == EWOULDBLOCK);
  return is_locked;
}

std::vector<std::string> Folder::names(std::error_code& error) const {
  std::vector<std::string> names;
  const auto listing = listing_of(handle_.get());
  set(error, listing != nullptr);
  if (!listing) return names;
  errno = 0;
  while (const dirent* entry = ::readdir(listing.get())) {
    std::string name(static_cast<const char*>(entry->d_name));
    if (name != "." && name != "..") names.push_back(std::move(name));
    errno = 0;
  }
  set(error, errno == 0);
  std::sort(names.begin(), names.end());
  return names;
}

FolderEntry Folder::look_at(const std::string& name, std::error_code& error) const {
  struct stat info {};
  set(error, ::fstatat(handle_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0);
  return {type_of(info.st_mode), static_cast<std::uint64_t>(info.st_size),
          std::chrono::sys_seconds(std::chrono::seconds(info.st_mtime))};
}

Folder Folder::open_folder(const std::string& name, std::error_code& error) const {
  Folder folder(open_folder_at(handle_.get(), name.c_str()));
  set(error, static_cast<bool>(folder));
  return folder;
}

void Folder::create_folder(const std::string& name, std::error_code& error) const {
  set(error, ::mkdirat(handle_.get(), name.c_str(), kFolderMode) == 0);
}

Handle Folder::open_file(const std::string& name, std::error_code& error) const {
  Handle file = open_at(handle_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  set(error, static_cast<bool>(file));
  return file;
}

Handle Folder::create_file(const std::string& name, std::error_code& error) const {
  Handle file = open_at(handle_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  set(error, static_cast<bool>(file));
  return file;
}

void Folder::move_without_replacing(const std::string& name, const Folder& to,
                                    const std::string& new_name, std::error_code& error) const {
  set(error,
      rename_without_replacing(handle_.get(), name.c_str(), to.handle_.get(), new_name.c_str()));
}

void Folder::move(const std::string& name, const Folder& to, const std::string& new_name,
                  std::error_code& error) const {
  set(error, ::renameat(handle_.get(), name.c_str(), to.handle_.get(), new_name.c_str()) == 0);
}

void Folder::remove_file(const std::string& name, std::error_code& error) const {
  set(error, ::unlinkat(handle_.get(), name.c_str(), 0) == 0);
}

void Folder::remove_folder(const std::string& name, std::error_code& error) const {
  set(error, ::unlinkat(handle_.get(), name.c_str(), AT_REMOVEDIR) == 0);
}

void Folder::sync(std::string_view shown) const {
  sync_descriptor(handle_.get(), shown);
}

void Folder::sync_file_system(std::error_code& error) const {
  error.clear();
#if defined(__linux__)
  if (::syncfs(handle_.get()) == 0) return;
  set(error, is_unsupported(errno));
  if (error) return;
#elif defined(SYNC_VOLUME_FULLSYNC)
  if (::fsync_volume_np(handle_.get(), SYNC_VOLUME_FULLSYNC | SYNC_VOLUME_WAIT) == 0) return;
#endif
  ::sync();  // waits for every file system, but for this one, too
}

}  // namespace healthmetric::platform
