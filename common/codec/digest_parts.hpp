#pragma once

#include <cstdint>
#include <span>
#include <string>

/// What the bodies of digest.hpp share, one for each library that computes digests; not to be
/// included elsewhere.

namespace healthmetric::codec {

/// Lower-case hexadecimal digits, two a byte.
std::string hex_of(std::span<const unsigned char> bytes);

/// What git puts in front of a file's content, its NUL included.
std::string git_blob_header(std::uint64_t size_bytes);

}  // namespace healthmetric::codec
