#include "receiver/commands/output_file.hpp"

#include <span>
#include <string>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file.hpp"
#include "common/platform/file_kind.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/temporary_name.hpp"
#include "receiver/commands/json_list.hpp"

namespace healthmetric::receiver {
namespace {

/// Standard output.
class PrintedText final : public Sink {
 public:
  void write(std::string_view bytes) override {
    text_ += bytes;
    if (text_.size() > kPrintedAtOnce) flush();
  }

  void flush() { platform::print(std::exchange(text_, "")); }

 private:
  std::string text_;
};

/// A link, a pipe or a device would be replaced by the file.
void refuse_what_is_no_file(const std::filesystem::path& path) {
  using std::filesystem::file_type;
  std::error_code error;
  const file_type type = std::filesystem::symlink_status(path, error).type();
  if (type == file_type::regular || type == file_type::not_found || type == file_type::none) return;
  throw Error(
      ErrorCode::io,
      fmt::format("cannot replace {}: it is {}; to write to it, use --output - > {}",
                  in_quotes(path.string()), platform::kind_of(type), printable(path.string())));
}

/// The beginning of the file; "" if there is none.
std::string beginning_of(const std::filesystem::path& path) {
  if (!platform::file_state(path)) return {};
  platform::InputFile file(path);
  std::string text(kMarkReach, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const std::size_t count = file.read(std::span(text).subspan(size));
    if (count == 0) break;
    size += count;
  }
  text.resize(size);
  return text;
}

void refuse_what_is_not_ours(const std::filesystem::path& path, const OutputKind& kind) {
  if (kind.mark.empty()) return;
  const std::string beginning = beginning_of(path);
  if (beginning.empty() || beginning.find(kind.mark) != std::string::npos) return;
  throw Error(
      ErrorCode::io,
      fmt::format("cannot replace {}: it is not {}; choose another name, or delete the file",
                  in_quotes(path.string()), kind.name));
}

/// Else the message would name the temporary file.
void refuse_no_folder(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path folder = path.parent_path();
  if (folder.empty() || std::filesystem::exists(folder, error) || error) return;
  throw Error(ErrorCode::io, fmt::format("cannot write {}: there is no folder {}",
                                         in_quotes(path.string()), in_quotes(folder.string())));
}

/// A file that appears when it is complete.
class NewFile {
 public:
  explicit NewFile(const std::filesystem::path& path)
      : path_(path), temporary_(platform::temporary_beside(path)), out_(temporary_) {
    std::error_code ignored;
    const auto old = std::filesystem::status(path_, ignored);
    if (exists(old)) std::filesystem::permissions(temporary_, old.permissions(), ignored);
  }

  ~NewFile() {
    std::error_code ignored;
    if (!is_put_) std::filesystem::remove(temporary_, ignored);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  [[nodiscard]] Sink& sink() { return out_; }

  void put() {
    out_.sync();
    platform::move(temporary_, path_);
    is_put_ = true;
  }

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  platform::OutputFile out_;
  bool is_put_ = false;
};

}  // namespace

void refuse_folder(const std::filesystem::path& output, const OutputKind& kind) {
  std::error_code error;
  if (output == kStandardOutput || !std::filesystem::is_directory(output, error)) return;
  throw Error(ErrorCode::io,
              fmt::format("cannot replace {}: it is a folder; name a file in it: --output {}",
                          in_quotes(output.string()), printable((output / kind.example).string())));
}

void write_output(const std::filesystem::path& output, const OutputKind& kind,
                  const std::function<void(Sink& sink)>& write) {
  if (output == kStandardOutput) {
    PrintedText text;
    write(text);
    text.flush();
  } else {
    refuse_folder(output, kind);
    refuse_what_is_no_file(output);
    refuse_what_is_not_ours(output, kind);
    platform::watch_for_signals();  // or the temporary file would be left
    refuse_no_folder(output);
    NewFile file(output);
    write(file.sink());
    file.put();
  }
}

}  // namespace healthmetric::receiver
