#include "common/platform/file.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <vector>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/system_error.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/system_calls.hpp"
#include "common/platform/temporary_name.hpp"

namespace healthmetric::platform {
namespace {

constexpr std::size_t kWriteBufferBytes = std::size_t{256} * 1024;

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

}  // namespace

InputFile::InputFile(Handle fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

InputFile::InputFile(Handle fd, std::string name, const FileState& state)
    : first_state_(state), fd_(std::move(fd)), name_(std::move(name)) {}

void InputFile::wait() const {
  wait_for_input(fd_);
}

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

namespace {

/// Appends what it made to `made`.
void create_missing(const std::filesystem::path& path, std::vector<std::filesystem::path>& made) {
  std::error_code error;
  const auto create = [&] {
    error = create_private_folder(path);
    if (!error) made.push_back(path);
    return !error || error == std::errc::file_exists;
  };
  if (path.empty() || create()) return;
  const bool lacks_parent =
      error == std::errc::no_such_file_or_directory && path.has_relative_path();
  if (lacks_parent) create_missing(path.parent_path(), made);
  if (!lacks_parent || !create()) {
    throw_system_error("cannot create " + in_quotes(path.string()), error);
  }
}

}  // namespace

void create_private_directories(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> made;
  try {
    create_missing(path, made);
  } catch (const Error&) {
    std::error_code ignored;
    for (; !made.empty(); made.pop_back()) std::filesystem::remove(made.back(), ignored);
    throw;
  }
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path temporary = temporary_beside(path);
  try {
    {
      OutputFile file(temporary);  // closed before it is moved, as Windows wants it
      file.write(text);
      file.sync();
    }
    if (const std::error_code error = rename_over(temporary, path)) {
      throw_system_error("cannot write " + in_quotes(path.string()), error);
    }
  } catch (const Error&) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw;
  }
  sync_directory(path.parent_path());
}

void move(const std::filesystem::path& from, const std::filesystem::path& to) {
  const std::error_code error = rename_over(from, to);
  if (!error) return;
  throw_system_error("cannot move " + in_quotes(from.string()) + " to " + in_quotes(to.string()),
                     error);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

InputFile unnamed_copy(Source& source, std::uint64_t max_bytes) {
  const std::string name = "a temporary file in " + temporary_folder();
  Handle fd = unnamed_file();
  std::error_code error;
  Handle same = duplicate(fd.get(), error);
  if (error) throw_system_error("cannot use " + name, error);
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
  if (const std::error_code error = fill_randomly(random)) {
    throw_system_error("cannot get random bytes", error);
  }
  std::transform(random.begin(), random.end(), random.begin(),
                 [](char c) { return kDigits[static_cast<unsigned char>(c) % kDigits.size()]; });
  return random;
}

}  // namespace healthmetric::platform
