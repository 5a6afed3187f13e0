#include <array>

#include "common/codec/digest.hpp"
#include "common/codec/digest_parts.hpp"

namespace healthmetric::codec {
namespace {

using Algorithm = platform::SystemDigest::Algorithm;

template <std::size_t kBytes>
std::string finish(platform::SystemDigest& digest) {
  std::array<unsigned char, kBytes> bytes{};
  digest.finish(bytes);
  return hex_of(bytes);
}

}  // namespace

Sha256::Sha256() : state_(Algorithm::sha256) {}

void Sha256::update(std::string_view bytes) {
  state_.update(bytes);
}

std::string Sha256::finish_hex() {
  return finish<32>(state_);
}

GitBlobId::GitBlobId(std::uint64_t size_bytes) : state_(Algorithm::sha1) {
  update(git_blob_header(size_bytes));
}

void GitBlobId::update(std::string_view bytes) {
  state_.update(bytes);
}

std::string GitBlobId::finish_hex() {
  return finish<20>(state_);
}

}  // namespace healthmetric::codec
