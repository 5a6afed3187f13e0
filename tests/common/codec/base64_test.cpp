#include "common/codec/base64.hpp"

#include <optional>

#include "tests/support/catch.hpp"

using namespace healthmetric;

namespace {

struct Vector {
  std::string bytes;
  std::string text;
};

// RFC 4648, section 10, and bytes whose text has the two characters that are no letters or digits.
const std::vector<Vector> kVectors = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff", "+/8="},
};

/// What `pieces` decode to, one after the other; nothing when they are no base64.
std::optional<std::string> decoded(const std::vector<std::string_view>& pieces) {
  base64::Decoder decoder;
  ByteBuffer out;
  for (const std::string_view piece : pieces) {
    if (!decoder.decode(piece, out)) return {};
  }
  if (!decoder.finish()) return {};
  return std::string(out.view());
}

}  // namespace

TEST_CASE("base64 encodes the vectors of RFC 4648") {
  for (const auto& [bytes, text] : kVectors) {
    CHECK(base64::encode(bytes) == text);
    CHECK(base64::encoded_size(bytes.size()) == text.size());
    CHECK(base64::encoded_size_64(bytes.size()) == text.size());
  }
}

TEST_CASE("base64 decodes the vectors of RFC 4648 however they are split") {
  for (const auto& [bytes, text] : kVectors) {
    const std::string_view whole = text;
    for (std::size_t a = 0; a <= text.size(); ++a) {
      for (std::size_t b = a; b <= text.size(); ++b) {
        CHECK(decoded({whole.substr(0, a), whole.substr(a, b - a), whole.substr(b)}) == bytes);
      }
    }
  }
}

TEST_CASE("base64 encoding does not depend on how the bytes are split") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  const std::string whole = base64::encode(bytes);
  for (std::size_t step = 1; step <= 10; ++step) {
    base64::Encoder encoder;
    ByteBuffer out;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      encoder.encode(std::string_view(bytes).substr(at, step), out);
    }
    encoder.finish(out);
    CHECK(out.view() == whole);
  }
  CHECK(decoded({whole}) == bytes);
}

TEST_CASE("base64 has one spelling only") {
  const std::vector<std::string> not_base64 = {
      "Z",         // a lone character
      "Zg",        // no padding
      "Zg=",       // half of it
      "Zm9vZ",     // a lone character behind a group
      "Zg===",     // too much padding
      "Zm9v=",     // padding nobody needs
      "Zm9v====",  //
      "====",      // nothing but padding
      "=Zg=",      // padding in front
      "Z=g=",      // padding inside
      "Zg==Zg==",  // text behind the end
      "Zh==",      // bits behind the end of the bytes
      "Zm9=",      //
      "Zm9v\n",    // white space
      " Zm9v",     //
      "Zm 9",      //
      "Zm-_",      // the alphabet of section 5
      "Zm9*",      //
      "Zm9\xc3",   // a byte past ASCII
  };
  for (const std::string& text : not_base64) {
    INFO(text);
    CHECK_FALSE(decoded({text}));
    for (std::size_t at = 1; at < text.size(); ++at) {
      CHECK_FALSE(
          decoded({std::string_view(text).substr(0, at), std::string_view(text).substr(at)}));
    }
  }
  CHECK_FALSE(decoded({std::string_view("Zm9\0", 4)}));
}

TEST_CASE("a base64 decoder does not change when it refuses input") {
  base64::Decoder decoder;
  ByteBuffer out;
  REQUIRE(decoder.decode("Zm9vY", out));
  REQUIRE_FALSE(decoder.decode("mF*", out));
  CHECK(out.view() == "foo");
  REQUIRE(decoder.decode("mFy", out));
  CHECK(decoder.finish());
  CHECK(out.view() == "foobar");
}

TEST_CASE("a base64 decoder can be used again after its end") {
  base64::Decoder decoder;
  ByteBuffer out;
  REQUIRE(decoder.decode("Zg==", out));
  REQUIRE(decoder.finish());
  REQUIRE(decoder.decode("Zg==", out));
  CHECK(decoder.finish());
  CHECK(out.view() == "ff");
}

TEST_CASE("base64 handles blocks larger than its buffers") {
  std::string bytes(1'000'003, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 5);
  const std::string text = base64::encode(bytes);
  CHECK(text.size() == base64::encoded_size(bytes.size()));
  CHECK(decoded({text}) == bytes);
}
