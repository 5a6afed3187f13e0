#include "common/codec/zstd_stream.hpp"

#include <zstd.h>
#include <zstd_errors.h>

#include <new>
#include <string>

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

struct Free {
  void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

class Encoder final : public ContentFilter {
 public:
  Encoder() : context_(ZSTD_createCCtx()), block_(ZSTD_CStreamOutSize(), '\0') {
    if (!context_) throw std::bad_alloc();
    require(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel));
  }

  void write(std::string_view bytes, Sink& out) override { run(bytes, ZSTD_e_flush, out); }
  void finish(Sink& out) override { run({}, ZSTD_e_end, out); }

 private:
  /// Runs the encoder until it has nothing more to say for `directive`.
  void run(std::string_view bytes, ZSTD_EndDirective directive, Sink& out) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::size_t pending = 1;
    while (pending > 0) {
      ZSTD_outBuffer room{block_.data(), block_.size(), 0};
      pending = require(ZSTD_compressStream2(context_.get(), &room, &in, directive));
      out.write(std::string_view(block_.data(), room.pos));
    }
  }

  std::unique_ptr<ZSTD_CCtx, Free> context_;
  std::string block_;
};

class Decoder final : public ContentFilter {
 public:
  Decoder() : context_(ZSTD_createDCtx()), block_(ZSTD_DStreamOutSize(), '\0') {
    if (!context_) throw std::bad_alloc();
    require(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxZstdWindowLog));
  }

  void write(std::string_view bytes, Sink& out) override {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    bool more_output = false;
    while (in.pos < in.size || more_output) {
      if (frame_ended_) {
        throw Error(ErrorCode::bad_payload, "data after the end of the zstd frame");
      }
      ZSTD_outBuffer room{block_.data(), block_.size(), 0};
      const std::size_t result = ZSTD_decompressStream(context_.get(), &room, &in);
      require_memory(result);
      if (ZSTD_isError(result) != 0) {
        throw Error(ErrorCode::bad_payload,
                    std::string("invalid zstd frame: ") + ZSTD_getErrorName(result));
      }
      out.write(std::string_view(block_.data(), room.pos));
      frame_ended_ = result == 0;
      more_output = !frame_ended_ && room.pos == room.size;
    }
  }

  void finish(Sink& /*out*/) override {
    if (!frame_ended_) throw Error(ErrorCode::bad_payload, "the zstd frame is cut off");
    frame_ended_ = false;
    require(ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only));
  }

 private:
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  std::string block_;
  bool frame_ended_ = false;
};

/// What zstd may add to bytes it cannot compress (ZSTD_compressBound), and some for the frame.
std::uint64_t max_growth(std::uint64_t size_bytes) {
  constexpr std::uint64_t kFrameReserveBytes = 1024;
  return size_bytes / 256 + kFrameReserveBytes;
}

template <typename Filter>
std::unique_ptr<ContentFilter> make() {
  return std::make_unique<Filter>();
}

}  // namespace

constinit const FilterType kZstdFilter{"zstd", true, max_growth, make<Encoder>, make<Decoder>};

}  // namespace healthmetric::codec
