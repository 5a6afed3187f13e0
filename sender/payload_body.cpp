#include "sender/payload_body.hpp"

#include <algorithm>

#include "common/error.hpp"
#include "common/json.hpp"

namespace healthmetric {
namespace {

/// A multiple of 3; with its base64 it stays in the second-level cache.
constexpr std::size_t kBlockBytes = std::size_t{192} * 1024;

std::string member(std::string_view name, std::string_view value) {
  std::string text;
  append_json_string(name, text);
  text += ':';
  append_json_string(value, text);
  return text;
}

}  // namespace

PayloadBody::PayloadBody(const std::filesystem::path& file, const std::string& message,
                         const std::string& branch)
    : file_(file),
      file_size_bytes_(file_.state().size_bytes),
      head_("{" + member("message", message) + R"(,"content":")"),
      tail_(branch.empty() ? "\"}" : "\"," + member("branch", branch) + "}"),
      block_(kBlockBytes, '\0'),
      pending_(head_) {}

std::uint64_t PayloadBody::size_bytes() const {
  return head_.size() + base64::encoded_size_64(file_size_bytes_) + tail_.size();
}

void PayloadBody::rewind() {
  file_.rewind();
  pending_ = head_;
  taken_ = 0;
  at_end_ = false;
}

std::size_t PayloadBody::take(std::span<char> into) {
  const std::size_t count = pending_.copy(into.data(), into.size(), taken_);
  taken_ += count;
  return count;
}

/// As much of the file as the block has room for.
std::string_view PayloadBody::read_block(std::size_t size) {
  std::size_t filled = 0;
  while (filled < size) {
    const std::size_t count = file_.read(std::span(block_).subspan(filled, size - filled));
    if (count == 0) break;
    filled += count;
  }
  return {block_.data(), filled};
}

std::size_t PayloadBody::read(std::span<char> into) {
  if (taken_ < pending_.size() || at_end_) return take(into);
  // Whole groups alone, which take as much room as their text and a character more.
  const std::size_t fits = into.empty() ? 0 : (into.size() - 1) / 4 * 3;
  const std::size_t wanted = fits == 0 ? kBlockBytes : std::min(fits, kBlockBytes);
  const std::string_view bytes = read_block(wanted);
  if (fits > 0 && bytes.size() == wanted) {
    base64::encode_to(bytes, into);
    return base64::encoded_size(bytes.size());
  }
  at_end_ = bytes.size() < wanted;
  pending_ = base64::encode(bytes) + (at_end_ ? tail_ : "");
  taken_ = 0;
  return take(into);
}

}  // namespace healthmetric
