#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "common/base/byte_buffer.hpp"

/// Base64 as in RFC 4648, section 4: the standard alphabet, padded, no line breaks. Strict: what
/// decodes has exactly one spelling, so a text and its bytes stand for each other.
///
/// Most of the work is done by common/codec/base64_avx2 where the processor can, because the
/// library's 3 GB/s in one direction and 4 GB/s in the other were a fifth of the time that a large
/// batch takes (docs/performance.md). The rest, and all of it elsewhere, is libmodpbase64's. Not
/// OpenSSL's EVP_Decode*, which takes white space and is half as fast again.

namespace healthmetric::base64 {

/// Length of the text for `size` bytes.
constexpr std::size_t encoded_size(std::size_t size) {
  return (size + 2) / 3 * 4;
}

/// Length of encoded_size() in 64 bits, for sizes of files.
constexpr unsigned long long encoded_size_64(unsigned long long size) {
  return (size + 2) / 3 * 4;
}

/// Encodes bytes that come in pieces.
class Encoder {
 public:
  /// Appends to `out` the text of all whole groups so far.
  void encode(std::string_view bytes, ByteBuffer& out);

  /// Appends the rest with its padding; the encoder is then as new.
  void finish(ByteBuffer& out);

 private:
  std::string carry_;  ///< 0 to 2 bytes that wait for their group
};

/// Decodes text that comes in pieces.
class Decoder {
 public:
  /// Appends to `out` the bytes of all whole groups so far. False when the text is not base64;
  /// then neither the decoder nor `out` has changed.
  [[nodiscard]] bool decode(std::string_view text, ByteBuffer& out);

  /// True when the text so far is complete; the decoder is then as new.
  [[nodiscard]] bool finish();

 private:
  std::string carry_;  ///< 0 to 3 characters that wait for their group
  bool padded_ = false;
};

/// The text of all of `bytes`.
std::string encode(std::string_view bytes);

/// The same, written to the front of `text`, which has room for one character more.
void encode_to(std::string_view bytes, std::span<char> text);

}  // namespace healthmetric::base64
