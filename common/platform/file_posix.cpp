#include "common/platform/file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/posix.hpp"
#include "common/platform/temporary_name.hpp"

namespace healthmetric::platform {
namespace {

constexpr std::size_t kWriteBufferBytes = std::size_t{256} * 1024;

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

class PatientSource final : public Source {
 public:
  explicit PatientSource(InputFile& input) : input_(input) {}

  std::size_t read(std::span<char> into) override {
    input_.wait();
    return input_.read(into);
  }

 private:
  InputFile& input_;
};

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

InputFile::InputFile(Handle fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

InputFile::InputFile(Handle fd, std::string name, const FileState& state)
    : first_state_(state), fd_(std::move(fd)), name_(std::move(name)) {}

std::size_t InputFile::read(std::span<char> into) {
  const ssize_t count = uninterrupted([&] { return ::read(fd_.get(), into.data(), into.size()); });
  if (count < 0) throw_system_error("cannot read " + in_quotes(name_), errno);
  return static_cast<std::size_t>(count);
}

void InputFile::wait() const {
  wait_for_input(fd_);
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

OutputFile::OutputFile(Handle fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

void OutputFile::write(std::string_view bytes) {
  const bool is_large = bytes.size() >= kWriteBufferBytes / 2;
  if (is_large || buffer_.size() + bytes.size() > kWriteBufferBytes) flush();
  if (is_large) {
    write_through(bytes);
  } else {
    buffer_.append(bytes);
  }
}

void OutputFile::flush() {
  write_through(buffer_);
  buffer_.clear();
}

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

std::string read_all(Source& source, std::uint64_t max_bytes, std::string_view name) {
  std::string text;
  std::array<char, std::size_t{64} * 1024> block{};
  while (const std::size_t count = source.read(block)) {
    if (text.size() + count > max_bytes) {
      throw Error(ErrorCode::too_large,
                  fmt::format("{} is larger than {}", in_quotes(name), human_bytes(max_bytes)));
    }
    text.append(block.data(), count);
  }
  return text;
}

std::string read_all_patiently(InputFile& input, std::uint64_t max_bytes, std::string_view name) {
  PatientSource source(input);
  return read_all(source, max_bytes, name);
}

std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  InputFile file(path);
  return read_all(file, max_bytes, path.string());
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

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path temporary = temporary_beside(path);
  try {
    OutputFile file(temporary);
    file.write(text);
    file.sync();
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
      throw_system_error("cannot write " + in_quotes(path.string()), errno);
    }
  } catch (const Error&) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_directory(path.parent_path());
}

void move(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return;
  throw_system_error("cannot move " + in_quotes(from.string()) + " to " + in_quotes(to.string()),
                     errno);
}

void sync_directory(const std::filesystem::path& path) {
  const std::string name = path.empty() ? "." : path.string();
  const Handle fd = open_file(name, O_RDONLY | O_DIRECTORY);
  if (!fd) throw_system_error("cannot write " + in_quotes(name), errno);
  sync_descriptor(fd.get(), name);
}

void sync_descriptor(int fd, std::string_view name) {
  if (uninterrupted([&] { return ::fsync(fd); }) == 0 || is_unsupported(errno)) return;
  throw_system_error("cannot write " + in_quotes(name), errno);
}

namespace {

/// Appends what it made to `made`.
void create_missing(const std::filesystem::path& path, std::vector<std::filesystem::path>& made) {
  const auto create = [&] {
    const bool is_created = ::mkdir(path.c_str(), 0700) == 0;
    if (is_created) made.push_back(path);
    return is_created || errno == EEXIST;
  };
  if (path.empty() || create()) return;
  const bool lacks_parent = errno == ENOENT;
  if (lacks_parent) create_missing(path.parent_path(), made);
  if (!lacks_parent || !create()) {
    throw_system_error("cannot create " + in_quotes(path.string()), errno);
  }
}

}  // namespace

void create_private_directories(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> made;
  try {
    create_missing(path, made);
  } catch (const Error&) {
    for (; !made.empty(); made.pop_back()) ::rmdir(made.back().c_str());
    throw;
  }
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = temporary_name();
  if (::mkdtemp(name.data()) == nullptr) {
    throw_system_error("cannot create " + in_quotes(name), errno);
  }
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
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

InputFile unnamed_copy(Source& source, std::uint64_t max_bytes) {
  const std::string name = "a temporary file in " + temporary_folder();
  Handle fd = unnamed_file();
  Handle same(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!same) throw_system_error("cannot use " + name, errno);
  OutputFile out(std::move(same), name);
  std::vector<char> block(kWriteBufferBytes);
  std::uint64_t copied_bytes = 0;
  while (const std::size_t count = source.read(block)) {
    stop_soon_if_signalled();
    copied_bytes += count;
    if (copied_bytes > max_bytes) {
      throw Error(ErrorCode::too_large, "larger than " + human_bytes(max_bytes));
    }
    out.write({block.data(), count});
  }
  out.flush();
  InputFile copy(std::move(fd), name);
  copy.rewind();
  return copy;
}

std::string random_hex(std::size_t size) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string random(size, '\0');
  if (::getentropy(random.data(), size) != 0) throw_system_error("cannot get random bytes", errno);
  std::transform(random.begin(), random.end(), random.begin(),
                 [](char c) { return kDigits[static_cast<unsigned char>(c) % kDigits.size()]; });
  return random;
}

}  // namespace healthmetric::platform
