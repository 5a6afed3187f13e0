#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/stream.hpp"
#if defined(_WIN32)
#include "common/platform/system_digest.hpp"
#endif

namespace healthmetric::codec {

#if defined(_WIN32)

using Sha256State = platform::SystemDigest;
using Sha1State = platform::SystemDigest;

#else

/// Where a digest stands: what the library that computes it keeps there is known in
/// digest_openssl.cpp alone, on macOS in digest_commoncrypto.cpp.
template <std::size_t kBytes>
struct alignas(std::uint64_t) DigestState {
  std::array<std::byte, kBytes> bytes{};
};

using Sha256State = DigestState<112>;
using Sha1State = DigestState<96>;

#endif

/// SHA-256 of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);

  /// 64 lower-case hexadecimal digits; the object is then as new.
  std::string finish_hex();

 private:
  Sha256State state_;
};

/// The name git gives a file's content: SHA-1 of "blob <size>\0" and the bytes ("Git Internals -
/// Git Objects"). The size comes first, so it must be known before the first byte.
class GitBlobId {
 public:
  explicit GitBlobId(std::uint64_t size_bytes);
  void update(std::string_view bytes);

  /// 40 lower-case hexadecimal digits; call once.
  std::string finish_hex();

 private:
  Sha1State state_;
};

/// The SHA-256 of what is left of a source.
std::string sha256_of(Source& source);

/// The git blob id of a source of `size_bytes`.
std::string git_blob_id_of(Source& source, std::uint64_t size_bytes);

}  // namespace healthmetric::codec
