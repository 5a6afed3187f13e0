#include "common/codec/base64_avx2.hpp"

// GCC aligns the stack for Windows to 16 bytes only, and stores 32 as if it were 32 (GCC bug
// 54412).
#if defined(__x86_64__) && !defined(_WIN32)

#include <immintrin.h>

namespace healthmetric::base64 {
namespace {

constexpr std::size_t kBytesAStep = 24;
constexpr std::size_t kCharactersAStep = 32;

/// A step of encoding reads 16 bytes from the middle of its 24 on.
constexpr std::size_t kBytesRead = 28;

/// A step of decoding writes 32 bytes, of which 24 count: as many as these characters stand for.
constexpr std::size_t kCharactersForAWrite = 44;

__attribute__((target("avx2"))) __m256i load(const char* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

__attribute__((target("avx2"))) void store(char* to, __m256i value) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), value);
}

/// The same 16 bytes for both halves of a register.
__attribute__((target("avx2"))) __m256i twice(__m128i half) {
  return _mm256_broadcastsi128_si256(half);
}

/// 12 bytes at the front of each half become 16 values of 6 bits.
__attribute__((target("avx2"))) __m256i split(__m256i bytes) {
  const __m256i order = twice(_mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
  const __m256i groups = _mm256_shuffle_epi8(bytes, order);
  const __m256i first_and_third = _mm256_mulhi_epu16(
      _mm256_and_si256(groups, _mm256_set1_epi32(0x0FC0FC00)), _mm256_set1_epi32(0x04000040));
  const __m256i second_and_fourth = _mm256_mullo_epi16(
      _mm256_and_si256(groups, _mm256_set1_epi32(0x003F03F0)), _mm256_set1_epi32(0x01000010));
  return _mm256_or_si256(first_and_third, second_and_fourth);
}

/// Each value of 6 bits as its character: by what lies between them in that part of the alphabet.
__attribute__((target("avx2"))) __m256i to_characters(__m256i values) {
  const __m256i distances =
      twice(_mm_setr_epi8('A', 'a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                          '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 0, 0));
  const __m256i beyond_letters = _mm256_subs_epu8(values, _mm256_set1_epi8(51));
  const __m256i beyond_capitals = _mm256_cmpgt_epi8(values, _mm256_set1_epi8(25));
  const __m256i part = _mm256_sub_epi8(beyond_letters, beyond_capitals);
  return _mm256_add_epi8(values, _mm256_shuffle_epi8(distances, part));
}

/// Whether all characters are in the alphabet: a bit that both halves of a character stand for
/// means that it is not.
__attribute__((target("avx2"))) bool are_base64(__m256i characters, __m256i high_halves) {
  const __m256i by_low_half = twice(_mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                                                  0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A));
  const __m256i by_high_half = twice(_mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08,
                                                   0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10));
  const __m256i low_halves = _mm256_and_si256(characters, _mm256_set1_epi8(0x2F));
  return _mm256_testz_si256(_mm256_shuffle_epi8(by_low_half, low_halves),
                            _mm256_shuffle_epi8(by_high_half, high_halves)) != 0;
}

/// The value of each character of the alphabet; '/' is the one exception from its high half.
__attribute__((target("avx2"))) __m256i to_values(__m256i characters, __m256i high_halves) {
  const __m256i distances =
      twice(_mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0));
  const __m256i slashes = _mm256_cmpeq_epi8(characters, _mm256_set1_epi8('/'));
  const __m256i part = _mm256_add_epi8(slashes, high_halves);
  return _mm256_add_epi8(characters, _mm256_shuffle_epi8(distances, part));
}

/// 32 values of 6 bits become 24 bytes at the front of the register.
__attribute__((target("avx2"))) __m256i join(__m256i values) {
  const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
  const __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
  const __m256i order =
      twice(_mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
  return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, order),
                                     _mm256_setr_epi32(0, 1, 2, 4, 5, 6, -1, -1));
}

__attribute__((target("avx2"))) std::size_t encode_front(std::string_view bytes, char* text) {
  std::size_t done = 0;
  for (; bytes.size() - done >= kBytesRead; done += kBytesAStep, text += kCharactersAStep) {
    const char* from = bytes.data() + done;
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + kBytesAStep / 2));
    store(text, to_characters(split(_mm256_set_m128i(high, low))));
  }
  return done;
}

__attribute__((target("avx2"))) std::size_t decode_front(std::string_view text, char* bytes) {
  std::size_t done = 0;
  for (; text.size() - done >= kCharactersForAWrite;
       done += kCharactersAStep, bytes += kBytesAStep) {
    const __m256i characters = load(text.data() + done);
    const __m256i high_halves =
        _mm256_and_si256(_mm256_srli_epi32(characters, 4), _mm256_set1_epi8(0x2F));
    if (!are_base64(characters, high_halves)) break;
    store(bytes, join(to_values(characters, high_halves)));
  }
  return done;
}

bool has_avx2() {
  return __builtin_cpu_supports("avx2");
}

}  // namespace

std::size_t encode_front_avx2(std::string_view bytes, char* text) {
  return has_avx2() ? encode_front(bytes, text) : 0;
}

std::size_t decode_front_avx2(std::string_view text, char* bytes) {
  return has_avx2() ? decode_front(text, bytes) : 0;
}

}  // namespace healthmetric::base64

#else

namespace healthmetric::base64 {

std::size_t encode_front_avx2(std::string_view /*bytes*/, char* /*text*/) {
  return 0;
}

std::size_t decode_front_avx2(std::string_view /*text*/, char* /*bytes*/) {
  return 0;
}

}  // namespace healthmetric::base64

#endif
