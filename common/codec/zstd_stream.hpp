#pragma once

#include "common/codec/content_filter.hpp"

/// Contents as one zstd frame (RFC 8878) each, made and read in pieces, in bounded memory.

namespace healthmetric::codec {

/// The largest window a frame may ask its reader to remember: 2^23 bytes, 8 MiB (RFC 8878,
/// section 3.1.1.1.2 recommends decoders to support at least that).
inline constexpr int kMaxZstdWindowLog = 23;

/// Its decoder throws Error{bad_payload} for what is not a frame, a window past kMaxZstdWindowLog,
/// bytes behind the frame's end, and a frame that is cut off.
extern const FilterType kZstdFilter;

}  // namespace healthmetric::codec
