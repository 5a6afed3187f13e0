#include "sender/forge/github_upload_body.hpp"

#include <algorithm>

#include "common/codec/base64.hpp"
#include "common/text/json.hpp"

namespace healthmetric::forge {
namespace {

/// A multiple of 3; with its base64 it stays in the second-level cache.
constexpr std::size_t kBodyBlockBytes = std::size_t{192} * 1024;
constexpr int kBodyBlocks = 4;

constexpr std::uint64_t kWorthAThreadBytes = std::uint64_t{1} << 20U;

std::string member(std::string_view name, std::string_view value) {
  std::string text;
  text::append_json_string(name, text);
  text += ':';
  text::append_json_string(value, text);
  return text;
}

}  // namespace

PayloadBody::PayloadBody(const std::filesystem::path& file, const std::string& message,
                         const std::string& branch)
    : file_(file),
      head_("{" + member("message", message) + R"(,"content":")"),
      tail_(branch.empty() ? "\"}" : "\"," + member("branch", branch) + "}") {
  begin();
}

std::uint64_t PayloadBody::size_bytes() const {
  return head_.size() + base64::encoded_size_64(file_.first_state().size_bytes) + tail_.size();
}

void PayloadBody::begin() {
  pending_ = head_;
  taken_ = 0;
  rest_ = {};
  is_all_read_ = false;
  blob_id_.emplace(file_.first_state().size_bytes);
  pipeline_.emplace([this](BlockPtr& block) { fill(*block); },
                    [this](BlockPtr& block) { digest(*block); });
  for (int i = 0; i < kBodyBlocks; ++i) pipeline_->push(std::make_unique<ByteBuffer>());
  if (size_bytes() >= kWorthAThreadBytes) pipeline_->start_helper();
}

void PayloadBody::rewind() {
  if (pending_ == head_ && taken_ == 0) return;
  pipeline_.reset();
  file_.rewind();
  begin();
}

/// Leaves the block empty at the file's end.
void PayloadBody::fill(ByteBuffer& block) {
  block.clear();
  while (block.size() < kBodyBlockBytes) {
    const std::size_t before = block.size();
    const std::size_t count = file_.read(block.extend(kBodyBlockBytes - before));
    block.cut_to(before + count);
    if (count == 0) return;
  }
}

void PayloadBody::digest(const ByteBuffer& block) {
  blob_id_->update(block.view());
}

/// False at the file's end.
bool PayloadBody::next_block() {
  if (block_) pipeline_->push(std::move(block_));
  block_ = pipeline_->pop();
  rest_ = block_->view();
  return !rest_.empty();
}

std::size_t PayloadBody::take(std::span<char> into) {
  const std::size_t count = pending_.copy(into.data(), into.size(), taken_);
  taken_ += count;
  return count;
}

/// As much as there is room for: each answer to libcurl costs it a turn.
std::size_t PayloadBody::read(std::span<char> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const std::size_t count = read_piece(into.subspan(filled));
    if (count == 0) break;
    filled += count;
  }
  return filled;
}

/// Of what lies ready, or of the next block.
std::size_t PayloadBody::read_piece(std::span<char> into) {
  if (taken_ < pending_.size() || is_all_read_) return take(into);
  taken_ = 0;
  if (rest_.empty() && !next_block()) {
    is_all_read_ = true;
    pending_ = tail_;
    return take(into);
  }
  // Whole groups, which take as much room as their text and a character more.
  const std::size_t fits = (into.size() - 1) / 4 * 3;
  const std::string_view bytes = rest_.substr(0, std::max<std::size_t>(fits, 3));
  rest_.remove_prefix(bytes.size());
  if (fits == 0) {
    pending_ = base64::encode(bytes);
    return take(into);
  }
  pending_.clear();
  base64::encode_to(bytes, into);
  return base64::encoded_size(bytes.size());
}

std::string PayloadBody::git_blob_id() {
  while (!is_all_read_) is_all_read_ = !next_block();
  return blob_id_->finish_hex();
}

}  // namespace healthmetric::forge
