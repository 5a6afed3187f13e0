#include "sender/payload_body.hpp"

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
      block_(kBlockBytes, '\0') {
  pending_.append(head_);
}

std::uint64_t PayloadBody::size_bytes() const {
  return head_.size() + base64::encoded_size_64(file_size_bytes_) + tail_.size();
}

void PayloadBody::rewind() {
  file_.rewind();
  encoder_ = base64::Encoder();
  pending_.clear();
  pending_.append(head_);
  taken_ = 0;
  at_end_ = false;
}

void PayloadBody::refill() {
  pending_.clear();
  taken_ = 0;
  while (pending_.empty() && !at_end_) {
    const std::size_t count = file_.read(block_);
    encoder_.encode(std::string_view(block_.data(), count), pending_);
    if (count > 0) continue;
    encoder_.finish(pending_);
    pending_.append(tail_);
    at_end_ = true;
  }
}

std::size_t PayloadBody::read(std::span<char> into) {
  if (taken_ == pending_.size()) refill();
  const std::size_t count = pending_.view().copy(into.data(), into.size(), taken_);
  taken_ += count;
  return count;
}

}  // namespace healthmetric
