#pragma once

#include <filesystem>
#include <string>

#include "common/base64.hpp"
#include "common/file_io.hpp"
#include "sender/http.hpp"

namespace healthmetric {

/// The body of a contents PUT: `{"message":…,"content":"<base64 of a file>","branch":…}`. The file
/// is encoded while it is sent, so its size does not matter to memory; the length is known ahead.
class PayloadBody final : public RequestBody {
 public:
  /// An empty `branch` leaves the choice to the repository.
  PayloadBody(const std::filesystem::path& file, const std::string& message,
              const std::string& branch);

  [[nodiscard]] std::uint64_t size_bytes() const override;
  std::size_t read(std::span<char> into) override;
  void rewind() override;

 private:
  std::size_t take(std::span<char> into);
  std::string_view read_block(std::size_t size);

  InputFile file_;
  std::uint64_t file_size_bytes_;
  std::string head_;
  std::string tail_;
  std::string block_;
  std::string pending_;  ///< what is taken before the next block
  std::size_t taken_ = 0;
  bool at_end_ = false;
};

/// A small body that is a text.
class TextBody final : public RequestBody {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)), rest_(text_) {}

  [[nodiscard]] std::uint64_t size_bytes() const override { return text_.size(); }
  std::size_t read(std::span<char> into) override { return rest_.read(into); }
  void rewind() override { rest_ = TextSource(text_); }

 private:
  std::string text_;
  TextSource rest_;
};

}  // namespace healthmetric
