#pragma once

#include <cstdint>
#include <string_view>

#include "common/codec/content_filter.hpp"
#include "common/payload/encoding.hpp"

namespace healthmetric::pack {

/// Compression must save at least a tenth to be worth an old receiver's refusal: whether it does,
/// for `size_bytes` of which it made a base64 text of `encoded_bytes`.
bool saves_enough(std::uint64_t encoded_bytes, std::uint64_t size_bytes);

/// Tells by the first bytes of a file whether it is worth to be compressed.
class CompressionProbe {
 public:
  /// `encoding` compresses. The answer depends on `encoding` and the front of `bytes` alone.
  bool is_worth(const payload::Encoding& encoding, std::string_view bytes);

 private:
  codec::FilterChain filters_{codec::FilterChain::Direction::encode};
};

}  // namespace healthmetric::pack
