// Text in pieces of any size decodes as the whole does, and has exactly one spelling.
#include "common/codec/base64.hpp"
#include "tests/fuzz/require.hpp"

using namespace healthmetric;

namespace {

/// Decodes in pieces of `step` characters; false when it is no base64.
bool decode_in_steps(std::string_view text, std::size_t step, ByteBuffer& out) {
  base64::Decoder decoder;
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size()))) {
    if (!decoder.decode(text.substr(0, step), out)) return false;
  }
  return decoder.finish();
}

std::string encode_in_steps(std::string_view bytes, std::size_t step) {
  base64::Encoder encoder;
  ByteBuffer out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
    encoder.encode(bytes.substr(0, step), out);
  }
  encoder.finish(out);
  return std::string(out.view());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1 + data[0] % 16;
  const std::string_view text = text_of(data + 1, size - 1);
  ByteBuffer whole;
  ByteBuffer pieces;
  const bool is_base64 = decode_in_steps(text, text.size() + 1, whole);
  require(decode_in_steps(text, step, pieces) == is_base64, "pieces are judged as the whole is");
  if (is_base64) {
    require(pieces.view() == whole.view(), "pieces decode as the whole does");
    require(base64::encode(whole.view()) == text, "what decodes has one spelling");
  }
  const std::string encoded = base64::encode(text);
  ByteBuffer back;
  require(encoded.size() == base64::encoded_size(text.size()), "the size is known before");
  require(encode_in_steps(text, step) == encoded, "pieces encode as the whole does");
  require(decode_in_steps(encoded, step, back) && back.view() == text, "what is encoded decodes");
  return 0;
}
