#include "receiver/restore/read_ahead.hpp"

#include <span>
#include <utility>

#include "common/base/error.hpp"
#include "common/codec/digest.hpp"
#include "common/payload/relative_path.hpp"

namespace healthmetric::restore {
namespace {

constexpr std::size_t kGroups = 4;
constexpr std::size_t kFilesOfAGroup = 16;

/// A group with as many bytes is passed on: others need not wait for more.
constexpr std::size_t kBytesOfAGroup = ReadAhead::kMostBytes;

/// Whether the file has as many bytes as fit, and no more.
bool read_whole(platform::InputFile& file, std::span<char> into) {
  if (file.first_state().size_bytes != into.size()) return false;
  std::size_t size = 0;
  while (size < into.size()) {
    const std::size_t count = file.read(into.subspan(size));
    if (count == 0) return false;
    size += count;
  }
  return true;
}

}  // namespace

ReadAhead::ReadAhead(const archive::StorageReader& storage)
    : storage_(storage.again()),
      pipeline_([this](GroupPtr& group) { read(*group); },
                [](GroupPtr& group) { digest(*group); }) {
  for (std::size_t i = 0; i < kGroups; ++i) {
    idle_.push_back(std::make_unique<Group>());
    idle_.back()->files.resize(kFilesOfAGroup);
  }
}

void ReadAhead::push(const archive::RecordedFile& file, Read read) {
  if (!filling_) {
    filling_ = std::move(idle_.back());
    idle_.pop_back();
    filling_->count = 0;
    filling_->used_bytes = 0;
  }
  File& pushed = filling_->files[filling_->count++];
  pushed.is_whole = false;
  pushed.offset = filling_->used_bytes;
  pushed.size = 0;
  pushed.is_wanted = read == Read::yes && file.size_bytes <= kMostBytes;
  if (pushed.is_wanted) {
    pushed.stored_path = file.stored_path;
    pushed.sha256 = file.sha256;
    pushed.size = file.size_bytes;
    filling_->used_bytes += pushed.size;
    if (filling_->bytes.size() < filling_->used_bytes) filling_->bytes.resize(filling_->used_bytes);
    pipeline_.start_helper();
  }
  if (filling_->count == kFilesOfAGroup || filling_->used_bytes >= kBytesOfAGroup) pass_on();
}

void ReadAhead::pass_on() {
  pipeline_.push(std::move(filling_));
  ++passed_on_;
}

void ReadAhead::read(Group& group) {
  for (File& file : std::span(group.files).first(group.count)) {
    if (!file.is_wanted) continue;
    try {
      auto stored = storage_.open(
          payload::RelativePath(file.stored_path, payload::RelativePath::kMaxStoredBytes));
      file.is_whole = stored && read_whole(*stored, group.bytes_of(file));
    } catch (const Error&) {
      file.is_whole = false;
    }
  }
}

void ReadAhead::digest(Group& group) {
  for (File& file : std::span(group.files).first(group.count)) {
    if (!file.is_whole) continue;
    codec::Sha256 sha256;
    const std::span<const char> bytes = group.bytes_of(file);
    sha256.update({bytes.data(), bytes.size()});
    file.is_whole = sha256.finish_hex() == file.sha256;
  }
}

ReadAhead::Content ReadAhead::pop() {
  if (!current_ || next_ == current_->count) {
    if (current_) idle_.push_back(std::move(current_));
    if (passed_on_ == 0) pass_on();
    current_ = pipeline_.pop();
    --passed_on_;
    next_ = 0;
  }
  const File& file = current_->files[next_++];
  const std::span<const char> bytes = current_->bytes_of(file);
  return {file.is_whole, {bytes.data(), bytes.size()}};
}

}  // namespace healthmetric::restore
