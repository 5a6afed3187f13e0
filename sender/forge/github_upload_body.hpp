#pragma once

#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/byte_buffer.hpp"
#include "common/base/pipeline.hpp"
#include "common/codec/digest.hpp"
#include "common/platform/file.hpp"
#include "sender/http/http.hpp"

namespace healthmetric::forge {

/// The body of a contents PUT: `{"message":…,"content":"<base64 of a file>","branch":…}`. The file
/// is encoded while it is sent, so memory does not grow with its size; the length is known in
/// advance. Its git blob id is computed on the way: reading and digesting are the two stages of a
/// Pipeline.
class PayloadBody final : public http::RequestBody {
 public:
  /// An empty `branch` leaves the choice to the repository.
  PayloadBody(const std::filesystem::path& file, const std::string& message,
              const std::string& branch);

  [[nodiscard]] std::uint64_t size_bytes() const override;
  std::size_t read(std::span<char> into) override;
  void rewind() override;

  /// The git blob id of the file, whose rest is read if necessary.
  std::string git_blob_id();

 private:
  using BlockPtr = std::unique_ptr<ByteBuffer>;

  void begin();
  void fill(ByteBuffer& block);
  void digest(const ByteBuffer& block);
  bool next_block();
  std::size_t read_piece(std::span<char> into);
  std::size_t take(std::span<char> into);

  platform::InputFile file_;
  std::string head_;
  std::string tail_;
  std::string pending_;  ///< to be sent before the next block
  std::size_t taken_ = 0;
  BlockPtr block_;
  std::string_view rest_;  ///< of the block
  bool is_all_read_ = false;

  std::optional<codec::GitBlobId> blob_id_;
  std::optional<Pipeline<BlockPtr>> pipeline_;
};

/// A small body that is a text.
class TextBody final : public http::RequestBody {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)), rest_(text_) {}

  [[nodiscard]] std::uint64_t size_bytes() const override { return text_.size(); }
  std::size_t read(std::span<char> into) override { return rest_.read(into); }
  void rewind() override { rest_ = TextSource(text_); }

 private:
  std::string text_;
  TextSource rest_;
};

}  // namespace healthmetric::forge
