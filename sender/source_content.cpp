#include "sender/source_content.hpp"

#include <algorithm>

namespace healthmetric {

OpenSource::OpenSource(const SourceFile& file, std::string_view text) {
  if (file.lies_nowhere()) {
    text_.emplace(text);
    before_.size_bytes = text.size();
  } else {
    file_.emplace(file.location(), file.path.str());
    before_ = file_->first_state();
  }
}

SourceFacts OpenSource::facts() const {
  return {before_.size_bytes, file_ ? std::optional(before_.modified) : std::nullopt};
}

std::size_t OpenSource::read(std::span<char> into) {
  // Whether there is more is_whole() will see. What has no size may have a content, as in /proc.
  if (read_bytes_ >= std::max<std::uint64_t>(before_.size_bytes, 1)) return 0;
  const std::size_t count = file_ ? file_->read(into) : text_->read(into);
  read_bytes_ += count;
  return count;
}

bool OpenSource::is_whole() const {
  return read_bytes_ == before_.size_bytes && (!file_ || file_->state() == before_);
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

}  // namespace healthmetric
