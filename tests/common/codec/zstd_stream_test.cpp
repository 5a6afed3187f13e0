#include "common/codec/zstd_stream.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/filters.hpp"

using namespace healthmetric;

namespace {

std::string expanded(std::string_view frame, std::size_t step = 1'000'000) {
  const auto decoder = codec::kZstdFilter.make_decoder();
  TextSink out;
  for (std::size_t at = 0; at < frame.size(); at += step) {
    decoder->write(frame.substr(at, step), out);
  }
  decoder->finish(out);
  return out.text;
}

bool is_bad(std::string_view frame) {
  return error_code_of([&] { expanded(frame); }) == ErrorCode::bad_payload;
}

/// Refuses more than so many bytes.
class BoundedSink final : public Sink {
 public:
  explicit BoundedSink(std::size_t room) : room_(room) {}
  void write(std::string_view bytes) override {
    largest = std::max(largest, bytes.size());
    if (bytes.size() > room_) throw Error(ErrorCode::too_large, "full");
    room_ -= bytes.size();
  }

  std::size_t largest = 0;

 private:
  std::size_t room_;
};

}  // namespace

TEST_CASE("compressed bytes decompress to the original, however they are split") {
  for (const std::size_t size : {0U, 1U, 100U, 131'072U, 131'073U, 3'000'000U}) {
    const std::string text(size, 'x');
    const std::string frame = zstd_frame(text);
    CHECK(expanded(frame) == text);
    CHECK(expanded(frame, 1) == text);
  }
}

TEST_CASE("the compressed size is known at once") {
  const auto encoder = codec::kZstdFilter.make_encoder();
  TextSink frame;
  encoder->write(std::string(1000, 'a'), frame);
  const std::size_t before = frame.text.size();
  CHECK(before > 0);
  encoder->write("bcdefg", frame);
  CHECK(frame.text.size() > before);
  encoder->finish(frame);
  CHECK(expanded(frame.text) == std::string(1000, 'a') + "bcdefg");
}

TEST_CASE("content that is not exactly one frame is refused") {
  const std::string frame = zstd_frame("hello, hello, hello");
  CHECK(is_bad("hello"));
  CHECK(is_bad(frame + "x"));
  CHECK(is_bad(frame + frame));
  CHECK(is_bad(""));
  for (std::size_t size = 0; size < frame.size(); ++size) CHECK(is_bad(frame.substr(0, size)));
}

TEST_CASE("a changed byte is noticed by zstd, or by the length or content of the result") {
  const std::string text = "hello, hello, hello, world";
  const std::string frame = zstd_frame(text);
  for (std::size_t at = 0; at < frame.size(); ++at) {
    std::string changed = frame;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    std::string result;
    const auto code = error_code_of([&] { result = expanded(changed); });
    CHECK((code == ErrorCode::bad_payload || !code));
  }
}

// A frame header alone (RFC 8878, section 3.1.1.1): magic, no single segment, window descriptor.
TEST_CASE("a window larger than 8 MiB is refused before memory is spent") {
  const auto header = [](unsigned exponent) {
    return std::string("\x28\xb5\x2f\xfd\x00", 5) + static_cast<char>(exponent << 3U) +
           std::string("\x01\x00\x00", 3);
  };
  CHECK(expanded(header(13)).empty());  // 2^(10+13) bytes
  CHECK(is_bad(header(14)));
  CHECK(is_bad(header(31)));
}

TEST_CASE("decompression yields small pieces and can be stopped") {
  const std::string frame = zstd_frame(std::string(50'000'000, '\0'));
  CHECK(frame.size() < 10'000);
  const auto decoder = codec::kZstdFilter.make_decoder();
  BoundedSink sink(1'000'000);
  CHECK(error_code_of([&] { decoder->write(frame, sink); }) == ErrorCode::too_large);
  CHECK(sink.largest <= 131'072);
}
