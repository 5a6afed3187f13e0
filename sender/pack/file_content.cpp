#include "sender/pack/file_content.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "common/base/error.hpp"
#include "common/platform/interruption.hpp"

namespace healthmetric::pack {

OpenSource::OpenSource(const select::SourceFile& file, std::string_view text,
                       std::uint64_t max_bytes) {
  if (file.is_in_memory()) {
    text_.emplace(text);
    before_.size_bytes = text.size();
    return;
  }
  file_.emplace(file.location(), file.path.str());
  before_ = file_->first_state();
  if (before_.size_bytes == 0) find_content_without_size(max_bytes);
  if (!file_->has_true_size()) copy_content(max_bytes);
}

void OpenSource::find_content_without_size(std::uint64_t max_bytes) {
  std::array<char, 1> first{};
  if (file_->read(first) == 0) return;
  file_->rewind();
  const platform::FileState now = file_->state();
  if (now.size_bytes > 0) {  // somebody begins to write it
    before_ = now;
    return;
  }
  copy_content(max_bytes);
}

void OpenSource::copy_content(std::uint64_t max_bytes) {
  try {
    copy_.emplace(platform::unnamed_copy(*file_, max_bytes));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::too_large) throw;
    throw Error(ErrorCode::io, std::string(error.what()) + " (--max-file-size)");
  }
  before_.size_bytes = copy_->state().size_bytes;
}

SourceFacts OpenSource::facts() const {
  return {before_.size_bytes, file_ ? std::optional(before_.modified) : std::nullopt};
}

std::size_t OpenSource::read(std::span<char> into) {
  // Whether there is more is_whole() will see.
  if (read_bytes_ == before_.size_bytes) return 0;
  into = into.first(std::min<std::uint64_t>(into.size(), before_.size_bytes - read_bytes_));
  const std::size_t count = copy_   ? copy_->read(into)
                            : file_ ? file_->read(into)
                                    : text_->read(into);
  read_bytes_ += count;
  return count;
}

bool OpenSource::is_whole() const {
  if (read_bytes_ != before_.size_bytes) return false;
  if (copy_) return file_->state().size_bytes == file_->first_state().size_bytes;
  return !file_ || file_->state() == before_;
}

bool has_only_grown(const select::SourceFile& file, std::uint64_t read_bytes,
                    std::string_view sha256) {
  try {
    platform::InputFile input(file.location(), file.path.str());
    if (input.first_state().size_bytes <= read_bytes) return false;
    codec::Sha256 digest;
    std::vector<char> block(kReadBytes);
    for (std::uint64_t left = read_bytes; left > 0;) {
      platform::stop_soon_if_signalled();
      const std::size_t count =
          input.read(std::span(block).first(std::min<std::uint64_t>(block.size(), left)));
      if (count == 0) return false;
      digest.update({block.data(), count});
      left -= count;
    }
    return digest.finish_hex() == sha256;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io) throw;
    return false;
  }
}

std::string_view DirectContent::read() {
  has_failed_ = true;
  block_.clear();
  const std::size_t count = source_.read(block_.extend(kReadBytes));
  has_failed_ = false;
  block_.cut_to(count);
  digest_.update(block_.view());
  return block_.view();
}

}  // namespace healthmetric::pack
