#include "common/platform/system_digest.hpp"

#include <limits>
#include <utility>

#include "common/base/error.hpp"
#include "common/platform/windows.hpp"

// After windows.h, whose types it takes for granted.
#include <bcrypt.h>

namespace healthmetric::platform {
namespace {

void check(NTSTATUS status) {
  if (status == 0) return;
  throw Error(ErrorCode::internal, "Windows does not compute a digest (CNG)");
}

BCRYPT_ALG_HANDLE open(const wchar_t* name) {
  BCRYPT_ALG_HANDLE opened = nullptr;
  check(::BCryptOpenAlgorithmProvider(&opened, name, nullptr, BCRYPT_HASH_REUSABLE_FLAG));
  return opened;
}

/// Opened once, and kept until the end.
BCRYPT_ALG_HANDLE handle_of(SystemDigest::Algorithm algorithm) {
  static BCRYPT_ALG_HANDLE const sha1 = open(BCRYPT_SHA1_ALGORITHM);
  static BCRYPT_ALG_HANDLE const sha256 = open(BCRYPT_SHA256_ALGORITHM);
  return algorithm == SystemDigest::Algorithm::sha1 ? sha1 : sha256;
}

}  // namespace

SystemDigest::SystemDigest(Algorithm algorithm) : native_(nullptr) {
  check(::BCryptCreateHash(handle_of(algorithm), &native_, nullptr, 0, nullptr, 0,
                           BCRYPT_HASH_REUSABLE_FLAG));
}

SystemDigest::SystemDigest(SystemDigest&& other) noexcept
    : native_(std::exchange(other.native_, nullptr)) {}

SystemDigest& SystemDigest::operator=(SystemDigest&& other) noexcept {
  std::swap(native_, other.native_);
  return *this;
}

SystemDigest::~SystemDigest() {
  if (native_ != nullptr) ::BCryptDestroyHash(native_);
}

void SystemDigest::update(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view some = bytes.substr(0, std::numeric_limits<ULONG>::max());
    auto* const begin = reinterpret_cast<PUCHAR>(const_cast<char*>(some.data()));
    check(::BCryptHashData(native_, begin, static_cast<ULONG>(some.size()), 0));
    bytes.remove_prefix(some.size());
  }
}

void SystemDigest::finish(std::span<unsigned char> digest) {
  check(::BCryptFinishHash(native_, digest.data(), static_cast<ULONG>(digest.size()), 0));
}

}  // namespace healthmetric::platform
