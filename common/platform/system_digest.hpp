#pragma once

#include <span>
#include <string_view>

namespace healthmetric::platform {

/// Windows only: a digest that the system computes ("Cryptography API: Next Generation"). Throws
/// Error{internal} where it does not.
class SystemDigest {
 public:
  enum class Algorithm { sha1, sha256 };

  explicit SystemDigest(Algorithm algorithm);
  SystemDigest(SystemDigest&& other) noexcept;
  SystemDigest& operator=(SystemDigest&& other) noexcept;
  SystemDigest(const SystemDigest&) = delete;
  SystemDigest& operator=(const SystemDigest&) = delete;
  ~SystemDigest();

  void update(std::string_view bytes);

  /// Fills it with the digest, whose size it must have: 20 or 32 bytes. The object is then as new.
  void finish(std::span<unsigned char> digest);

 private:
  void* native_;
};

}  // namespace healthmetric::platform
