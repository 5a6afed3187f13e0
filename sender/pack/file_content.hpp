#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/byte_buffer.hpp"
#include "common/codec/digest.hpp"
#include "common/platform/file.hpp"
#include "common/select/scan_result.hpp"

namespace healthmetric::pack {

/// How much of a file is read at a time: with its base64 it stays in the second-level cache. A
/// multiple of 3, so that base64 needs no carry.
inline constexpr std::size_t kReadBytes = std::size_t{192} * 1024;

/// The least size of a file's first block, unless the file is shorter.
inline constexpr std::size_t kLeastReadBytes = std::size_t{16} * 1024;

/// What is known about a file once it is open.
struct SourceFacts {
  std::uint64_t size_bytes = 0;
  std::optional<platform::FileTime> modified;  ///< nullopt for a text
};

/// A file that is read once, from front to back.
class OpenSource {
 public:
  /// `text` is the content of a file that is in memory only. A file that has content but no size,
  /// as in /proc, or whose size is not that of its content, as in /sys, is copied first to find its
  /// size. Throws Error{io}, also if such a file has more than `max_bytes`.
  OpenSource(const select::SourceFile& file, std::string_view text, std::uint64_t max_bytes);

  [[nodiscard]] SourceFacts facts() const;

  /// Fills the front of `into` and returns how much; 0 if everything that the file had when it was
  /// opened is read, or it has become shorter. Throws Error{io}.
  std::size_t read(std::span<char> into);

  /// At the end: whether all of the file was read, and it did not change meanwhile.
  [[nodiscard]] bool is_whole() const;

 private:
  void find_content_without_size(std::uint64_t max_bytes);
  void copy_content(std::uint64_t max_bytes);

  std::optional<platform::InputFile> file_;
  std::optional<platform::InputFile> copy_;  ///< of a file without a reliable size
  std::optional<TextSource> text_;
  platform::FileState before_;
  std::uint64_t read_bytes_ = 0;
};

/// Whether the file still begins with what was read, `read_bytes` with that digest, but has more by
/// now: then it only grew, as a log does.
bool has_only_grown(const select::SourceFile& file, std::uint64_t read_bytes,
                    std::string_view sha256);

/// The content of one file on its way into a payload.
class SourceContent {
 public:
  virtual ~SourceContent() = default;

  [[nodiscard]] virtual SourceFacts facts() const = 0;

  /// The next bytes, valid until the next call; empty at the end. Throws Error{io}, and then
  /// has_failed().
  virtual std::string_view read() = 0;
  [[nodiscard]] virtual bool has_failed() const = 0;

  /// At the end: see OpenSource.
  [[nodiscard]] virtual bool is_whole() const = 0;

  /// At the end, once: the digest of all that was read, in hexadecimal.
  virtual std::string sha256() = 0;
};

/// A content that is read and digested on demand.
class DirectContent final : public SourceContent {
 public:
  DirectContent(const select::SourceFile& file, std::string_view text, std::uint64_t max_bytes)
      : source_(file, text, max_bytes) {}

  [[nodiscard]] SourceFacts facts() const override { return source_.facts(); }
  std::string_view read() override;
  [[nodiscard]] bool has_failed() const override { return has_failed_; }
  [[nodiscard]] bool is_whole() const override { return source_.is_whole(); }
  std::string sha256() override { return digest_.finish_hex(); }

 private:
  OpenSource source_;
  ByteBuffer block_;
  codec::Sha256 digest_;
  bool has_failed_ = false;
};

}  // namespace healthmetric::pack
