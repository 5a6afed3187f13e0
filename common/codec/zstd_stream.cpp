#include "common/codec/zstd_stream.hpp"

#include <zstd.h>
#include <zstd_errors.h>

#include <new>

#include "common/base/error.hpp"

namespace healthmetric::codec {
namespace {

/// Level 3 is zstd's default: on JSON and CSV it saves nearly what the slow levels save and runs
/// faster than the SHA-256 beside it.
constexpr int kLevel = 3;

/// Too little memory is nothing that is wrong with what is compressed.
void require_memory(std::size_t result) {
  if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) throw std::bad_alloc();
}

std::size_t require(std::size_t result) {
  require_memory(result);
  if (ZSTD_isError(result) != 0) {
    throw Error(ErrorCode::internal, std::string("zstd: ") + ZSTD_getErrorName(result));
  }
  return result;
}

/// Runs the encoder until it has nothing more to say for `directive`.
void run(ZSTD_CCtx_s* context, std::string_view bytes, ZSTD_EndDirective directive,
         std::string& out) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t pending = 1;
  while (pending > 0) {
    const std::size_t before = out.size();
    out.resize(before + ZSTD_CStreamOutSize());
    ZSTD_outBuffer room{out.data() + before, out.size() - before, 0};
    pending = ZSTD_compressStream2(context, &room, &in, directive);
    out.resize(before + room.pos);
    require(pending);
  }
}

}  // namespace

void ZstdCompressor::Free::operator()(ZSTD_CCtx_s* context) const noexcept {
  ZSTD_freeCCtx(context);
}

ZstdCompressor::ZstdCompressor() : context_(ZSTD_createCCtx()) {
  if (!context_) throw std::bad_alloc();
  require(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel));
}

void ZstdCompressor::compress(std::string_view bytes, std::string& out) {
  run(context_.get(), bytes, ZSTD_e_flush, out);
}

void ZstdCompressor::finish(std::string& out) {
  run(context_.get(), {}, ZSTD_e_end, out);
}

void ZstdDecompressor::Free::operator()(ZSTD_DCtx_s* context) const noexcept {
  ZSTD_freeDCtx(context);
}

ZstdDecompressor::ZstdDecompressor()
    : context_(ZSTD_createDCtx()), block_(ZSTD_DStreamOutSize(), '\0') {
  if (!context_) throw std::bad_alloc();
  require(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxZstdWindowLog));
}

void ZstdDecompressor::decompress(std::string_view bytes, Sink& out) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  bool more_output = false;
  while (in.pos < in.size || more_output) {
    if (frame_ended_) throw Error(ErrorCode::bad_payload, "bytes behind the end of the zstd frame");
    ZSTD_outBuffer room{block_.data(), block_.size(), 0};
    const std::size_t result = ZSTD_decompressStream(context_.get(), &room, &in);
    require_memory(result);
    if (ZSTD_isError(result) != 0) {
      throw Error(ErrorCode::bad_payload,
                  std::string("broken zstd frame: ") + ZSTD_getErrorName(result));
    }
    out.write(std::string_view(block_.data(), room.pos));
    frame_ended_ = result == 0;
    more_output = !frame_ended_ && room.pos == room.size;
  }
}

void ZstdDecompressor::finish() {
  if (!frame_ended_) throw Error(ErrorCode::bad_payload, "the zstd frame is cut off");
  frame_ended_ = false;
  require(ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only));
}

}  // namespace healthmetric::codec
