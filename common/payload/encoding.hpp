#pragma once

namespace healthmetric::payload {

/// How the bytes of an entry are written.
enum class Encoding {
  plain,  ///< `content`: base64 of the bytes
  zstd,   ///< `content_zstd`: base64 of one zstd frame
};

}  // namespace healthmetric::payload
