#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/stream.hpp"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

/// One zstd frame (RFC 8878) made or read in pieces, in bounded memory.

namespace healthmetric::codec {

/// The largest window a frame may ask its reader to remember: 2^23 bytes, 8 MiB (RFC 8878,
/// section 3.1.1.1.2 recommends decoders to support at least that).
inline constexpr int kMaxZstdWindowLog = 23;

class ZstdCompressor {
 public:
  ZstdCompressor();

  /// Appends to `out` the compressed form of all of `bytes`; nothing stays behind in a buffer, so
  /// the size of `out` is what the bytes cost.
  void compress(std::string_view bytes, std::string& out);

  /// Ends the frame; the compressor is then as new.
  void finish(std::string& out);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const noexcept;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

class ZstdDecompressor {
 public:
  ZstdDecompressor();

  /// Hands the decompressed bytes to `out`, at most 128 KiB at a time, so that `out` can stop an
  /// expansion by throwing. Throws Error{bad_payload} for what is no frame, a window past
  /// kMaxZstdWindowLog, or bytes behind the frame's end.
  void decompress(std::string_view bytes, Sink& out);

  /// Throws Error{bad_payload} when the frame is cut off; the decompressor is then as new.
  void finish();

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const noexcept;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
  std::string block_;
  bool frame_ended_ = false;
};

}  // namespace healthmetric::codec
