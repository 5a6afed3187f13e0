#include <array>
#include <limits>
#include <utility>

#include "common/base/error.hpp"
#include "common/codec/digest.hpp"
#include "common/codec/digest_parts.hpp"

// After windows.h, whose types it takes for granted.
#include <windows.h>

#include <bcrypt.h>

namespace healthmetric::codec {
namespace {

constexpr std::size_t kSha256Bytes = 32;
constexpr std::size_t kSha1Bytes = 20;

void check(NTSTATUS status) {
  if (status == 0) return;
  throw Error(ErrorCode::internal, "Windows does not compute a digest (CNG)");
}

/// Opened once, and kept until the end.
BCRYPT_ALG_HANDLE open(const wchar_t* algorithm) {
  BCRYPT_ALG_HANDLE opened = nullptr;
  check(::BCryptOpenAlgorithmProvider(&opened, algorithm, nullptr, BCRYPT_HASH_REUSABLE_FLAG));
  return opened;
}

void* begin(BCRYPT_ALG_HANDLE algorithm) {
  BCRYPT_HASH_HANDLE hash = nullptr;
  check(::BCryptCreateHash(algorithm, &hash, nullptr, 0, nullptr, 0, BCRYPT_HASH_REUSABLE_FLAG));
  return hash;
}

void update_with(void* hash, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view some = bytes.substr(0, std::numeric_limits<ULONG>::max());
    auto* const begin = reinterpret_cast<PUCHAR>(const_cast<char*>(some.data()));
    check(::BCryptHashData(hash, begin, static_cast<ULONG>(some.size()), 0));
    bytes.remove_prefix(some.size());
  }
}

template <std::size_t kBytes>
std::string finish(void* hash) {
  std::array<unsigned char, kBytes> digest{};
  check(::BCryptFinishHash(hash, digest.data(), kBytes, 0));
  return hex_of(digest);
}

}  // namespace

DigestHandle::DigestHandle(DigestHandle&& other) noexcept
    : native_(std::exchange(other.native_, nullptr)) {}

DigestHandle& DigestHandle::operator=(DigestHandle&& other) noexcept {
  std::swap(native_, other.native_);
  return *this;
}

DigestHandle::~DigestHandle() {
  if (native_ != nullptr) ::BCryptDestroyHash(native_);
}

Sha256::Sha256() {
  static BCRYPT_ALG_HANDLE const algorithm = open(BCRYPT_SHA256_ALGORITHM);
  state_ = DigestHandle(begin(algorithm));
}

void Sha256::update(std::string_view bytes) {
  update_with(state_.get(), bytes);
}

std::string Sha256::finish_hex() {
  return finish<kSha256Bytes>(state_.get());
}

GitBlobId::GitBlobId(std::uint64_t size_bytes) {
  static BCRYPT_ALG_HANDLE const algorithm = open(BCRYPT_SHA1_ALGORITHM);
  state_ = DigestHandle(begin(algorithm));
  update(git_blob_header(size_bytes));
}

void GitBlobId::update(std::string_view bytes) {
  update_with(state_.get(), bytes);
}

std::string GitBlobId::finish_hex() {
  return finish<kSha1Bytes>(state_.get());
}

}  // namespace healthmetric::codec
