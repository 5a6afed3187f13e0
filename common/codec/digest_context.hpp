#pragma once

#include <cstddef>
#include <new>
#include <type_traits>

#include "common/codec/digest.hpp"

/// What the bodies of digest.hpp share whose libraries keep their state where they are told to; not
/// to be included elsewhere.

namespace healthmetric::codec {

/// A library's own view of a state. Its objects have no constructor and no destructor; bytes that
/// begin to live as an array may be taken for one.
template <typename Context, std::size_t kBytes>
Context* context_in(DigestState<kBytes>& state) {
  static_assert(sizeof(Context) <= kBytes && alignof(Context) <= alignof(DigestState<kBytes>));
  static_assert(std::is_trivial_v<Context>);
  return std::launder(reinterpret_cast<Context*>(state.bytes.data()));
}

}  // namespace healthmetric::codec
