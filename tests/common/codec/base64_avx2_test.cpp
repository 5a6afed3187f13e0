// The vector instructions against the definition, written out group by group. Where the processor
// has none, nothing is done at all, which holds, too.
#include "common/codec/base64_avx2.hpp"

#include <random>

#include "common/codec/base64.hpp"
#include "tests/support/catch.hpp"

using namespace healthmetric;

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648, section 4, for whole groups.
std::string encoded(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i + 3 <= bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8U | static_cast<unsigned char>(bytes[i + j]);
    }
    for (const unsigned shift : {18U, 12U, 6U, 0U}) text += kAlphabet[group >> shift & 63U];
  }
  return text;
}

std::string random_bytes(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

}  // namespace

TEST_CASE("AVX2 encodes as RFC 4648 says and does not write past its buffer") {
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string bytes = random_bytes(size, static_cast<unsigned>(size));
    std::string text(base64::encoded_size(size), '.');
    const std::size_t done = base64::encode_front_avx2(bytes, text.data());
    REQUIRE(done % 3 == 0);
    REQUIRE(done <= size);
    REQUIRE(text.substr(0, done / 3 * 4) == encoded(bytes.substr(0, done)));
    REQUIRE(text.find_first_not_of('.', done / 3 * 4) == std::string::npos);
  }
}

TEST_CASE("AVX2 decodes as RFC 4648 says and does not write past its buffer") {
  for (std::size_t groups = 0; groups < 100; ++groups) {
    const std::string bytes = random_bytes(groups * 3, static_cast<unsigned>(groups));
    std::string out(bytes.size() + 8, '.');
    const std::size_t done = base64::decode_front_avx2(encoded(bytes), out.data());
    REQUIRE(done % 4 == 0);
    REQUIRE(done <= groups * 4);
    REQUIRE(out.substr(0, done / 4 * 3) == bytes.substr(0, done / 4 * 3));
    REQUIRE(out.substr(bytes.size()) == "........");
  }
}

TEST_CASE("AVX2 stops before a character that is not in the alphabet") {
  const std::string text = encoded(random_bytes(96, 1));
  std::string out(96, '\0');
  const std::size_t all = base64::decode_front_avx2(text, out.data());
  for (std::size_t at = 0; at < all; ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = text;
      changed[at] = static_cast<char>(value);
      const bool is_base64 = kAlphabet.find(changed[at]) != std::string_view::npos;
      const std::size_t expected = is_base64 ? all : at / 32 * 32;
      REQUIRE(base64::decode_front_avx2(changed, out.data()) == expected);
    }
  }
}

TEST_CASE("base64 finds an invalid character before and after the end of the vector code") {
  const std::string bytes = random_bytes(150, 2);
  const std::string text = base64::encode(bytes);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = '*';
    base64::Decoder decoder;
    ByteBuffer out;
    REQUIRE_FALSE(decoder.decode(changed, out));
    REQUIRE(out.empty());
  }
}
