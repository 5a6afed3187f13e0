#include "common/codec/digest.hpp"

#include <openssl/sha.h>

#include <array>
#include <new>
#include <type_traits>
#include <vector>

#include "common/platform/interruption.hpp"

namespace healthmetric::codec {
namespace {

/// The library's own view of a state. Its objects have no constructor and no destructor; bytes that
/// begin to live as an array may be taken for one.
template <typename Context, std::size_t kBytes>
Context* context_in(DigestState<kBytes>& state) {
  static_assert(sizeof(Context) <= kBytes && alignof(Context) <= alignof(DigestState<kBytes>));
  static_assert(std::is_trivial_v<Context>);
  return std::launder(reinterpret_cast<Context*>(state.bytes.data()));
}

SHA256_CTX* sha256(DigestState<112>& state) {
  return context_in<SHA256_CTX>(state);
}

SHA_CTX* sha1(DigestState<96>& state) {
  return context_in<SHA_CTX>(state);
}

template <typename Bytes>
std::string to_hex(const Bytes& bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex(2 * bytes.size(), '\0');
  auto digit = hex.begin();
  for (const unsigned char byte : bytes) {
    *digit++ = kDigits[byte >> 4U];
    *digit++ = kDigits[byte & 15U];
  }
  return hex;
}

template <typename Digest>
void update_from(Digest& digest, Source& source) {
  std::vector<char> block(std::size_t{256} * 1024);
  while (const std::size_t count = source.read(block)) {
    platform::stop_soon_if_signalled();
    digest.update(std::string_view(block.data(), count));
  }
}

}  // namespace

// The functions of one algorithm each, which OpenSSL 3 calls old but keeps: they cannot fail and
// bring nothing along. EVP would link and start all the algorithms that OpenSSL has: 4 MB of
// program and 0.8 ms of each run.

Sha256::Sha256() {
  SHA256_Init(sha256(state_));
}

void Sha256::update(std::string_view bytes) {
  SHA256_Update(sha256(state_), bytes.data(), bytes.size());
}

std::string Sha256::finish_hex() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256_Final(digest.data(), sha256(state_));
  SHA256_Init(sha256(state_));
  return to_hex(digest);
}

GitBlobId::GitBlobId(std::uint64_t size_bytes) {
  SHA1_Init(sha1(state_));
  const std::string header = "blob " + std::to_string(size_bytes);
  update(std::string_view(header.c_str(), header.size() + 1));
}

void GitBlobId::update(std::string_view bytes) {
  SHA1_Update(sha1(state_), bytes.data(), bytes.size());
}

std::string GitBlobId::finish_hex() {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1_Final(digest.data(), sha1(state_));
  return to_hex(digest);
}

std::string sha256_of(Source& source) {
  Sha256 digest;
  update_from(digest, source);
  return digest.finish_hex();
}

std::string git_blob_id_of(Source& source, std::uint64_t size_bytes) {
  GitBlobId digest(size_bytes);
  update_from(digest, source);
  return digest.finish_hex();
}

}  // namespace healthmetric::codec
