#pragma once

#include <cstdint>
#include <string_view>

#include "common/codec/content_filter.hpp"
#include "common/payload/encoding.hpp"

namespace healthmetric::pack {

/// Whether compressing `size_bytes` to a base64 text of `encoded_bytes` saves at least a tenth.
/// Less is not worth it, because old receivers refuse compressed files.
bool saves_enough(std::uint64_t encoded_bytes, std::uint64_t size_bytes);

/// Estimates from the first bytes of a file whether compressing it is worthwhile.
class CompressionProbe {
 public:
  /// `encoding` must compress. The answer depends only on `encoding` and the front of `bytes`.
  bool is_worthwhile(const payload::Encoding& encoding, std::string_view bytes);

 private:
  codec::FilterChain filters_{codec::FilterChain::Direction::encode};
};

}  // namespace healthmetric::pack
