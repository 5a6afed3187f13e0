#include "common/platform/file.hpp"

#include <fcntl.h>
#include <io.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "common/base/printable.hpp"
#include "common/base/system_error.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/system_calls.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {
namespace {

/// Whether it is a link that was opened, and not what it leads to; and whether it is another kind
/// of reparse point.
struct ReparseKind {
  bool is_link = false;
  bool is_reparse_point = false;
};

ReparseKind reparse_kind(const Handle& file) {
  FILE_ATTRIBUTE_TAG_INFO info{};
  if (::GetFileInformationByHandleEx(native(file), FileAttributeTagInfo, &info, sizeof info) == 0) {
    return {};
  }
  return {is_link(info.FileAttributes, info.ReparseTag),
          (info.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0};
}

Handle open_regular(const std::string& path, const std::string& name, FileState& state) {
  Handle file = open_shared(path, GENERIC_READ, OPEN_EXISTING,
                            FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS);
  if (!file) throw_last_error("cannot read " + in_quotes(name));
  const ReparseKind kind = reparse_kind(file);
  if (kind.is_link) {
    throw Error(ErrorCode::io, "cannot read " + in_quotes(name) + ": it is a symbolic link");
  }
  if (kind.is_reparse_point) {
    file = open_shared(path, GENERIC_READ, OPEN_EXISTING);
    if (!file) throw_last_error("cannot read " + in_quotes(name));
  }
  std::error_code error;
  const std::optional<FileState> found = file_state(file, error);
  if (error) throw_system_error("cannot read " + in_quotes(name), error);
  if (!found) throw Error(ErrorCode::io, "cannot read " + in_quotes(name) + ": not a regular file");
  state = *found;
  return file;
}

Handle create_private_file(const std::filesystem::path& path) {
  Handle file =
      open_shared(path, GENERIC_WRITE, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, private_access());
  if (!file) throw_last_error("cannot create " + in_quotes(path.string()));
  return file;
}

std::filesystem::path temporary_name() {
  return std::filesystem::path(temporary_folder()) / ("healthmetric-" + random_hex(12));
}

/// Everything, in pieces that the system takes.
void write_all(HANDLE file, std::string_view bytes, const std::string& what) {
  constexpr std::size_t kMostBytes = std::size_t{64} * 1024 * 1024;
  while (!bytes.empty()) {
    const auto wanted = static_cast<DWORD>(std::min(bytes.size(), kMostBytes));
    DWORD count = 0;
    if (::WriteFile(file, bytes.data(), wanted, &count, nullptr) == 0) throw_last_error(what);
    // A file system that takes nothing and gives no reason would be asked for ever.
    if (count == 0) throw_system_error(what, system_error(ERROR_DISK_FULL));
    bytes.remove_prefix(count);
  }
}

}  // namespace

InputFile::InputFile(const std::filesystem::path& path) : InputFile(path.string(), path.string()) {}

InputFile::InputFile(const std::string& path, std::string name)
    : fd_(open_regular(path, name, first_state_)), name_(std::move(name)) {}

std::size_t InputFile::read(std::span<char> into) {
  DWORD count = 0;
  const auto wanted = static_cast<DWORD>(std::min<std::size_t>(into.size(), MAXDWORD));
  if (::ReadFile(native(fd_), into.data(), wanted, &count, nullptr) != 0) return count;
  const DWORD error = ::GetLastError();
  if (error == ERROR_BROKEN_PIPE || error == ERROR_HANDLE_EOF) return 0;
  throw_system_error("cannot read " + in_quotes(name_), system_error(error));
}

FileState InputFile::state() const {
  std::error_code error;
  const std::optional<FileState> state = file_state(fd_, error);
  if (error) throw_system_error("cannot read " + in_quotes(name_), error);
  return state.value_or(FileState{});
}

bool InputFile::has_true_size() const {
  return true;
}

void InputFile::rewind() {
  if (::SetFilePointerEx(native(fd_), {}, nullptr, FILE_BEGIN) == 0) {
    throw_last_error("cannot read " + in_quotes(name_));
  }
}

OutputFile::OutputFile(const std::filesystem::path& path)
    : OutputFile(create_private_file(path), path.string()) {}

void OutputFile::write_through(std::string_view bytes) {
  write_all(native(fd_), bytes, "cannot write " + in_quotes(name_));
}

void OutputFile::truncate(std::uint64_t size_bytes) {
  flush();
  LARGE_INTEGER size{};
  size.QuadPart = static_cast<LONGLONG>(size_bytes);
  if (::SetFilePointerEx(native(fd_), size, nullptr, FILE_BEGIN) == 0 ||
      ::SetEndOfFile(native(fd_)) == 0) {
    throw_last_error("cannot write " + in_quotes(name_));
  }
}

void OutputFile::set_modified(const FileTime& time, std::error_code& error) const {
  const FILETIME modified = system_time(time);
  error = ::SetFileTime(native(fd_), nullptr, nullptr, &modified) != 0 ? std::error_code()
                                                                       : last_error();
}

void OutputFile::close() {
  flush();
  const bool is_closed = ::CloseHandle(native(fd_.release())) != 0;
  if (!is_closed) throw_last_error("cannot write " + in_quotes(name_));
}

void OutputFile::sync() {
  flush();
  if (::FlushFileBuffers(native(fd_)) != 0) return;
  const std::error_code error = last_error();
  // As of a share or a pipe: nothing was done, and nothing is wrong with the disk.
  if (error.value() == ERROR_INVALID_FUNCTION || error.value() == ERROR_NOT_SUPPORTED) return;
  throw_system_error("cannot write " + in_quotes(name_), error);
}

void ignore_file_size_signals() {}

void ignore_broken_pipe_signals() {}

Handle standard_input() {
  std::error_code error;
  Handle input = duplicate(number_of(::GetStdHandle(STD_INPUT_HANDLE)), error);
  if (error) throw_system_error("cannot read standard input", error);
  return input;
}

Handle open_named_file(const std::filesystem::path& path) {
  Handle file = open_shared(path, GENERIC_READ, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
  if (!file) throw_last_error("cannot read " + in_quotes(path.string()));
  return file;
}

void print(std::string_view text) {
  write_all(::GetStdHandle(STD_OUTPUT_HANDLE), text, "cannot write to standard output");
}

std::error_code rename_over(const std::filesystem::path& from, const std::filesystem::path& to) {
  constexpr int kMostTries = 20;
  constexpr std::chrono::milliseconds kWait{50};
  constexpr DWORD kFlags = MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH;
  const std::wstring source = system_path(from);
  const std::wstring destination = system_path(to);
  std::error_code error;
  for (int tries = 0; tries < kMostTries; ++tries) {
    if (::MoveFileExW(source.c_str(), destination.c_str(), kFlags) != 0) return {};
    error = last_error();
    // A scanner for viruses or an indexer opens what is new, for some milliseconds.
    const bool is_passing =
        error.value() == ERROR_SHARING_VIOLATION || error.value() == ERROR_ACCESS_DENIED;
    if (!is_passing) return error;
    sleep_unless_signalled(kWait);
  }
  return error;
}

/// The system writes a folder's entries in its journal; MOVEFILE_WRITE_THROUGH waits for a rename.
void sync_directory(const std::filesystem::path& /*path*/) {}

std::error_code create_private_folder(const std::filesystem::path& path) {
  const bool is_created = ::CreateDirectoryW(system_path(path).c_str(), private_access()) != 0;
  return is_created ? std::error_code() : last_error();
}

TemporaryDirectory::TemporaryDirectory() {
  std::filesystem::path name = temporary_name();
  if (const std::error_code error = create_private_folder(name)) {
    throw_system_error("cannot create " + in_quotes(name.string()), error);
  }
  path_ = std::move(name);
}

std::string temporary_folder() {
  std::array<wchar_t, MAX_PATH + 2> folder{};
  const DWORD size = ::GetTempPathW(static_cast<DWORD>(folder.size()), folder.data());
  const std::filesystem::path path(std::wstring(folder.data(), size));
  return path.has_filename() ? path.string() : path.parent_path().string();
}

Handle unnamed_file() {
  const std::filesystem::path name = temporary_name();
  Handle file = open_shared(name, GENERIC_READ | GENERIC_WRITE | DELETE, CREATE_NEW,
                            FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, private_access());
  if (!file) throw_last_error("cannot create " + in_quotes(name.string()));
  return file;
}

std::FILE* stream_on(Handle file) {
  const int descriptor = ::_open_osfhandle(file.get(), _O_BINARY | _O_RDWR);
  if (descriptor < 0) return nullptr;
  file.release();
  std::FILE* const stream = ::_fdopen(descriptor, "w+b");
  if (stream == nullptr) ::_close(descriptor);
  return stream;
}

Handle duplicate(Handle::Native file, std::error_code& error) {
  HANDLE copy = INVALID_HANDLE_VALUE;
  const HANDLE process = ::GetCurrentProcess();
  const bool is_done = ::DuplicateHandle(process, native(file), process, &copy, 0, FALSE,
                                         DUPLICATE_SAME_ACCESS) != 0;
  error = is_done ? std::error_code() : last_error();
  return is_done ? adopt(copy) : Handle();
}

}  // namespace healthmetric::platform
