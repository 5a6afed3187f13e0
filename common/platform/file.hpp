#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "common/base/stream.hpp"
#include "common/platform/handle.hpp"

/// Files. Every function throws Error{io} that names the file and the system's reason, unless said
/// otherwise.

namespace healthmetric::platform {

/// When a file was written, limited to the years 1 to 9999. (The nanoseconds of system_clock end in
/// 2262.)
struct FileTime {
  std::chrono::sys_seconds second;
  std::chrono::nanoseconds fraction{0};  ///< less than a second

  friend auto operator<=>(const FileTime&, const FileTime&) = default;
};

/// The state of a file at one time; if two states are equal, it was not written in between.
struct FileState {
  std::uint64_t size_bytes = 0;
  FileTime modified;

  friend bool operator==(const FileState&, const FileState&) = default;
};

/// The state of the file at `path`; nothing when it is not a regular file or cannot be inspected.
std::optional<FileState> file_state(const std::filesystem::path& path);

/// The state of an open file; nullopt without an error if it is not a regular file.
std::optional<FileState> file_state(const Handle& file, std::error_code& error);

/// The size of the file at `path`, or why there is none. std::filesystem::file_size() does the
/// same, but takes the path apart first.
std::uint64_t file_size(const std::string& path, std::error_code& error);

/// A regular file open for reading. Never blocks on a FIFO and never follows a symbolic link in
/// the last component: what is not a regular file is refused with Error{io}.
class InputFile final : public Source {
 public:
  explicit InputFile(const std::filesystem::path& path);
  /// The same, with a name of its own for messages, where those may not tell the path.
  InputFile(const std::string& path, std::string name);
  /// Takes a descriptor that is already open; `name` is for messages.
  InputFile(Handle fd, std::string name);
  /// The same, if its state is known already.
  InputFile(Handle fd, std::string name, const FileState& state);

  std::size_t read(std::span<char> into) override;
  /// Waits until something can be read; a signal ends that as stop_if_signalled() does.
  void wait() const;

  [[nodiscard]] FileState state() const;
  /// False where the size is no content's: of a page in sysfs and configfs, whatever is in the
  /// file. (In procfs and most of their kind it is 0.)
  [[nodiscard]] bool has_true_size() const;
  /// Its state when it was opened; nothing in it for a descriptor whose state was not given.
  [[nodiscard]] const FileState& first_state() const { return first_state_; }
  void rewind();

 private:
  FileState first_state_;
  Handle fd_;
  std::string name_;
};

/// A file open for writing, through a buffer of its own.
class OutputFile final : public Sink {
 public:
  /// Creates `path`, which must not exist, with mode 0600.
  explicit OutputFile(const std::filesystem::path& path);
  /// Takes a descriptor that is already open; `name` is for messages.
  OutputFile(Handle fd, std::string name);

  void write(std::string_view bytes) override;

  /// Writes without the buffer, which must be empty: for large blocks.
  void write_through(std::string_view bytes);

  /// Writes the buffer to the system.
  void flush();

  /// Removes everything after the first `size_bytes`.
  void truncate(std::uint64_t size_bytes);

  /// Says when it was last written; what is written later changes that. The error is the system's
  /// where the file system cannot hold that time, or any.
  void set_modified(const FileTime& time, std::error_code& error) const;

  /// flush(), then waits until the bytes are on the disk.
  void sync();

  /// flush(), then closes it: nothing can be written any more. Network shares and quotas tell only
  /// then that the disk is full.
  void close();

 private:
  Handle fd_;
  std::string name_;
  std::string buffer_;
};

/// The whole file; Error{too_large} past `max_bytes`, before more than that is read.
std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

/// Everything a descriptor such as standard input gives, with the same bound.
std::string read_all(Source& source, std::uint64_t max_bytes, std::string_view name);

/// The same, of an input whose writer may take its time: a signal ends the wait as
/// stop_if_signalled() does.
std::string read_all_patiently(InputFile& input, std::uint64_t max_bytes, std::string_view name);

/// Opens standard input, output and error on /dev/null if they are closed, such that using them
/// fails: otherwise a file opened later would get their number, and their text. Called first in
/// `main`.
void occupy_standard_descriptors();

/// From now on a write past the limit on file sizes (RLIMIT_FSIZE) fails like one on a full disk,
/// instead of ending the process.
void ignore_file_size_signals();

/// From now on writing to a closed pipe fails (EPIPE), instead of ending the process: a closed
/// stderr is no reason to stop the work.
void ignore_broken_pipe_signals();

/// Standard input.
Handle standard_input();

/// Opens `path` for reading, also a symbolic link, a pipe or a device. It does not wait for a
/// pipe's writer; reading does.
Handle open_named_file(const std::filesystem::path& path);

/// Writes a result to standard output. Throws Error{io} when its reader is gone or the disk is
/// full: without its result the run has failed.
void print(std::string_view text);

/// Writes `text` beside `path`, waits for the disk, renames: readers see the old file or the new
/// one, and a crash leaves no half. Mode 0600.
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

/// Moves a file or a folder within a file system; a file that is there is replaced. Throws
/// Error{io} with both names.
void move(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes renames and creations in a directory durable. Where the file system cannot be asked to
/// (network shares, FUSE) this goes on without, as restic and git do.
void sync_directory(const std::filesystem::path& path);

/// Creates what is missing of `path`, each with mode 0700: all of it or nothing.
void create_private_directories(const std::filesystem::path& path);

/// A new private directory in the system's place for temporary files (TMPDIR), removed with all
/// that is in it at the end of the scope.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The folder for temporary files: $TMPDIR, else /tmp.
std::string temporary_folder();

/// A new unnamed file there, open for reading and writing.
Handle unnamed_file();

/// Copies the rest of `source` to such a file, to be read from its beginning. Throws
/// Error{too_large} for more than `max_bytes`.
InputFile unnamed_copy(Source& source, std::uint64_t max_bytes);

/// `size` lower-case hexadecimal digits from the system's random source.
std::string random_hex(std::size_t size);

}  // namespace healthmetric::platform
