#pragma once

#include <string>
#include <string_view>

#include "common/codec/zstd_stream.hpp"
#include "common/payload/encoding.hpp"
#include "tests/support/memory_streams.hpp"

namespace healthmetric {

inline payload::Encoding zstd_encoding() {
  return payload::Encoding({&codec::kZstdFilter});
}

/// All that a filter makes of `bytes`.
inline std::string filtered(codec::ContentFilter& filter, std::string_view bytes) {
  TextSink out;
  filter.write(bytes, out);
  filter.finish(out);
  return out.text;
}

inline std::string zstd_frame(std::string_view bytes) {
  return filtered(*codec::kZstdFilter.make_encoder(), bytes);
}

}  // namespace healthmetric
