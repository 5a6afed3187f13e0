#include "common/platform/file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/posix.hpp"
#include "common/platform/system_calls.hpp"

namespace healthmetric::platform {
namespace {

Handle open_file(const std::filesystem::path& path, int flags) {
  constexpr mode_t kPrivate = 0600;
  return Handle(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, kPrivate); }));
}

Handle open_regular(const std::string& path, const std::string& name, FileState& state) {
  Handle fd = open_file(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  if (!fd && errno == ELOOP) {
    throw Error(ErrorCode::io, "cannot read " + in_quotes(name) + ": it is a symbolic link");
  }
  if (!fd) throw_system_error("cannot read " + in_quotes(name), errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) throw_system_error("cannot read " + in_quotes(name), errno);
  if (!S_ISREG(info.st_mode)) {
    throw Error(ErrorCode::io, "cannot read " + in_quotes(name) + ": not a regular file");
  }
  state = state_of(info);
  return fd;
}

Handle create_private_file(const std::filesystem::path& path) {
  Handle fd = open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  if (!fd) throw_system_error("cannot create " + in_quotes(path.string()), errno);
  return fd;
}

/// For mkdtemp() and its like, which say what is wrong with the folder.
std::string temporary_name() {
  return temporary_folder() + "/healthmetric-XXXXXX";
}

}  // namespace

bool is_unsupported(int error_number) {
  return error_number == EINVAL || error_number == EOPNOTSUPP || error_number == ENOSYS;
}

Handle::~Handle() {
  if (*this) ::close(native_);
}

InputFile::InputFile(const std::filesystem::path& path) : InputFile(path.native(), path.native()) {}

InputFile::InputFile(const std::string& path, std::string name)
    : fd_(open_regular(path, name, first_state_)), name_(std::move(name)) {}

std::size_t InputFile::read(std::span<char> into) {
  const ssize_t count = uninterrupted([&] { return ::read(fd_.get(), into.data(), into.size()); });
  if (count < 0) throw_system_error("cannot read " + in_quotes(name_), errno);
  return static_cast<std::size_t>(count);
}

FileState InputFile::state() const {
  struct stat info {};
  if (::fstat(fd_.get(), &info) != 0) throw_system_error("cannot read " + in_quotes(name_), errno);
  return state_of(info);
}

#if defined(__linux__)

/// The file system is asked only where the size is the one in question.
bool InputFile::has_true_size() const {
  constexpr long kConfigfsBytes = 4096;  // of each file in configfs (Linux, fs/configfs)
  constexpr unsigned long kConfigfsMagic = 0x62656570;
  const auto size = static_cast<long>(first_state_.size_bytes);
  if (size != ::sysconf(_SC_PAGESIZE) && size != kConfigfsBytes) return true;
  struct statfs info {};
  if (uninterrupted([&] { return ::fstatfs(fd_.get(), &info); }) != 0) return true;
  const auto kind = static_cast<unsigned long>(info.f_type);
  return kind != SYSFS_MAGIC && kind != kConfigfsMagic;
}

#else

bool InputFile::has_true_size() const {
  return true;
}

#endif

void InputFile::rewind() {
  if (::lseek(fd_.get(), 0, SEEK_SET) < 0)
    throw_system_error("cannot read " + in_quotes(name_), errno);
}

OutputFile::OutputFile(const std::filesystem::path& path)
    : OutputFile(create_private_file(path), path.string()) {}

void OutputFile::write_through(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        uninterrupted([&] { return ::write(fd_.get(), bytes.data(), bytes.size()); });
    // A file system that takes nothing and gives no reason would be asked for ever.
    if (count <= 0) {
      throw_system_error("cannot write " + in_quotes(name_), count == 0 ? ENOSPC : errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void OutputFile::truncate(std::uint64_t size_bytes) {
  flush();
  const auto size = static_cast<off_t>(size_bytes);
  if (::ftruncate(fd_.get(), size) != 0 || ::lseek(fd_.get(), size, SEEK_SET) != size) {
    throw_system_error("cannot write " + in_quotes(name_), errno);
  }
}

void OutputFile::close() {
  flush();
  // An interrupted close() has closed it all the same.
  if (::close(fd_.release()) != 0 && errno != EINTR && errno != EINPROGRESS) {
    throw_system_error("cannot write " + in_quotes(name_), errno);
  }
}

void OutputFile::sync() {
  flush();
  sync_descriptor(fd_.get(), name_);
}

void occupy_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one.
    Handle occupant(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
    if (!occupant) throw_system_error("cannot open /dev/null", errno);
    occupant.release();
  }
}

void ignore_file_size_signals() {
  (void)std::signal(SIGXFSZ, SIG_IGN);
}

void ignore_broken_pipe_signals() {
  (void)std::signal(SIGPIPE, SIG_IGN);
}

Handle standard_input() {
  Handle fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  if (!fd) throw_system_error("cannot read standard input", errno);
  return fd;
}

Handle open_named_file(const std::filesystem::path& path) {
  Handle fd = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!fd || ::fcntl(fd.get(), F_SETFL, O_RDONLY) != 0) {
    throw_system_error("cannot read " + in_quotes(path.string()), errno);
  }
  return fd;
}

void print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count =
        uninterrupted([&] { return ::write(STDOUT_FILENO, text.data(), text.size()); });
    if (count <= 0) {
      throw_system_error("cannot write to standard output", count == 0 ? ENOSPC : errno);
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::error_code rename_over(const std::filesystem::path& from, const std::filesystem::path& to) {
  return {::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno, std::generic_category()};
}

void sync_directory(const std::filesystem::path& path) {
  const std::string name = path.empty() ? "." : path.string();
  const Handle fd = open_file(name, O_RDONLY | O_DIRECTORY);
  if (!fd) throw_system_error("cannot write " + in_quotes(name), errno);
  sync_descriptor(fd.get(), name);
}

void sync_descriptor(int fd, std::string_view name) {
#if defined(F_FULLFSYNC)
  // There, fsync() leaves bytes in the memory of the drive; not every file system can do better.
  if (uninterrupted([&] { return ::fcntl(fd, F_FULLFSYNC); }) != -1) return;
#endif
  if (uninterrupted([&] { return ::fsync(fd); }) == 0 || is_unsupported(errno)) return;
  throw_system_error("cannot write " + in_quotes(name), errno);
}

std::error_code create_private_folder(const std::filesystem::path& path) {
  return {::mkdir(path.c_str(), 0700) == 0 ? 0 : errno, std::generic_category()};
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = temporary_name();
  if (::mkdtemp(name.data()) == nullptr) {
    throw_system_error("cannot create " + in_quotes(name), errno);
  }
  path_ = name;
}

std::string temporary_folder() {
  const std::string folder = environment_variable("TMPDIR");
  return folder.empty() ? "/tmp" : folder;
}

Handle unnamed_file() {
#if defined(__linux__)
  // Not every file system has these; with a name for a moment, a kill could leave it there.
  Handle nameless(
      ::open(temporary_folder().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (nameless) return nameless;
#endif
  std::string name = temporary_name();
  Handle fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd || ::unlink(name.c_str()) != 0) {
    throw_system_error("cannot create " + in_quotes(name), errno);
  }
  return fd;
}

std::FILE* stream_on(Handle file) {
  std::FILE* const stream = ::fdopen(file.get(), "w+b");
  if (stream != nullptr) file.release();
  return stream;
}

Handle duplicate(Handle::Native file, std::error_code& error) {
  Handle copy(::fcntl(file, F_DUPFD_CLOEXEC, 0));
  error.assign(copy ? 0 : errno, std::generic_category());
  return copy;
}

std::error_code fill_randomly(std::span<char> bytes) {
  const bool is_done = ::getentropy(bytes.data(), bytes.size()) == 0;
  return {is_done ? 0 : errno, std::generic_category()};
}

}  // namespace healthmetric::platform
