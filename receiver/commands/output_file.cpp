#include "receiver/commands/output_file.hpp"

#include <string>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file.hpp"
#include "common/platform/file_kind.hpp"
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

/// A file that appears when it is complete.
class NewFile {
 public:
  explicit NewFile(const std::filesystem::path& path)
      : path_(path), temporary_(path.string() + "." + platform::random_hex(8)), out_(temporary_) {
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

void write_output(const std::filesystem::path& output,
                  const std::function<void(Sink& sink)>& write) {
  if (output == kStandardOutput) {
    PrintedText text;
    write(text);
    text.flush();
  } else {
    refuse_what_is_no_file(output);
    NewFile file(output);
    write(file.sink());
    file.put();
  }
}

}  // namespace healthmetric::receiver
