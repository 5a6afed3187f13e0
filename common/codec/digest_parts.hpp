#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <type_traits>

#include "common/codec/digest.hpp"

/// What the bodies of digest.hpp share, one for each library that computes digests; not to be
/// included elsewhere.

namespace healthmetric::codec {

/// Lower-case hexadecimal digits, two a byte.
std::string hex_of(std::span<const unsigned char> bytes);

/// What git puts in front of a file's content, its NUL included.
std::string git_blob_header(std::uint64_t size_bytes);

/// A library's own view of a state. Its objects have no constructor and no destructor; bytes that
/// begin to live as an array may be taken for one.
template <typename Context, std::size_t kBytes>
Context* context_in(DigestState<kBytes>& state) {
  static_assert(sizeof(Context) <= kBytes && alignof(Context) <= alignof(DigestState<kBytes>));
  static_assert(std::is_trivial_v<Context>);
  return std::launder(reinterpret_cast<Context*>(state.bytes.data()));
}

}  // namespace healthmetric::codec
