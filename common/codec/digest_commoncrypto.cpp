#include <CommonCrypto/CommonDigest.h>

#include <array>
#include <limits>

#include "common/codec/digest.hpp"
#include "common/codec/digest_context.hpp"
#include "common/codec/digest_parts.hpp"

namespace healthmetric::codec {
namespace {

CC_SHA256_CTX* sha256(Sha256State& state) {
  return context_in<CC_SHA256_CTX>(state);
}

CC_SHA1_CTX* sha1(Sha1State& state) {
  return context_in<CC_SHA1_CTX>(state);
}

/// It takes less than 4 GiB at a time.
template <typename Context>
void update_with(int (*update)(Context*, const void*, CC_LONG), Context* context,
                 std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view some = bytes.substr(0, std::numeric_limits<CC_LONG>::max());
    update(context, some.data(), static_cast<CC_LONG>(some.size()));
    bytes.remove_prefix(some.size());
  }
}

}  // namespace

// These functions always succeed ("Common Crypto", CC_SHA(3cc)).

Sha256::Sha256() {
  CC_SHA256_Init(sha256(state_));
}

void Sha256::update(std::string_view bytes) {
  update_with(&CC_SHA256_Update, sha256(state_), bytes);
}

std::string Sha256::finish_hex() {
  std::array<unsigned char, CC_SHA256_DIGEST_LENGTH> digest{};
  CC_SHA256_Final(digest.data(), sha256(state_));
  CC_SHA256_Init(sha256(state_));
  return hex_of(digest);
}

GitBlobId::GitBlobId(std::uint64_t size_bytes) {
  CC_SHA1_Init(sha1(state_));
  update(git_blob_header(size_bytes));
}

void GitBlobId::update(std::string_view bytes) {
  update_with(&CC_SHA1_Update, sha1(state_), bytes);
}

std::string GitBlobId::finish_hex() {
  std::array<unsigned char, CC_SHA1_DIGEST_LENGTH> digest{};
  CC_SHA1_Final(digest.data(), sha1(state_));
  return hex_of(digest);
}

}  // namespace healthmetric::codec
