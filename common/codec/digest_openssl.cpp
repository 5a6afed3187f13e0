#include <openssl/sha.h>

#include <array>

#include "common/codec/digest.hpp"
#include "common/codec/digest_context.hpp"
#include "common/codec/digest_parts.hpp"

namespace healthmetric::codec {
namespace {

SHA256_CTX* sha256(Sha256State& state) {
  return context_in<SHA256_CTX>(state);
}

SHA_CTX* sha1(Sha1State& state) {
  return context_in<SHA_CTX>(state);
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
  return hex_of(digest);
}

GitBlobId::GitBlobId(std::uint64_t size_bytes) {
  SHA1_Init(sha1(state_));
  update(git_blob_header(size_bytes));
}

void GitBlobId::update(std::string_view bytes) {
  SHA1_Update(sha1(state_), bytes.data(), bytes.size());
}

std::string GitBlobId::finish_hex() {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1_Final(digest.data(), sha1(state_));
  return hex_of(digest);
}

}  // namespace healthmetric::codec
