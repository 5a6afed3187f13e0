#pragma once

#include <cstddef>
#include <string_view>

/// The front part of base64 work, 24 bytes or 32 characters at a time, with the vector instructions
/// AVX2. What is left over, and everything on other processors, is for the caller.
///
/// After Wojciech Muła and Daniel Lemire, "Faster Base64 Encoding and Decoding Using AVX2
/// Instructions", ACM Transactions on the Web 12 (3), 2018.

namespace healthmetric::base64 {

/// Encodes whole groups from the front of `bytes` to `text`, which has room for all of them, and
/// returns how many bytes these were: a multiple of 3, or 0 where there is no AVX2.
std::size_t encode_front_avx2(std::string_view bytes, char* text);

/// Decodes whole groups from the front of `text` to `bytes`, which has room for all of them, and
/// returns how many characters these were: a multiple of 4, or 0 where there is no AVX2. It stops
/// before 32 characters of which one is not in the alphabet.
std::size_t decode_front_avx2(std::string_view text, char* bytes);

}  // namespace healthmetric::base64
