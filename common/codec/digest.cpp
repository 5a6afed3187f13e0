#include "common/codec/digest.hpp"

#include <vector>

#include "common/codec/digest_parts.hpp"
#include "common/platform/interruption.hpp"

namespace healthmetric::codec {
namespace {

template <typename Digest>
void update_from(Digest& digest, Source& source) {
  std::vector<char> block(std::size_t{256} * 1024);
  while (const std::size_t count = source.read(block)) {
    platform::stop_soon_if_signalled();
    digest.update(std::string_view(block.data(), count));
  }
}

}  // namespace

std::string hex_of(std::span<const unsigned char> bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex(2 * bytes.size(), '\0');
  auto digit = hex.begin();
  for (const unsigned char byte : bytes) {
    *digit++ = kDigits[byte >> 4U];
    *digit++ = kDigits[byte & 15U];
  }
  return hex;
}

std::string git_blob_header(std::uint64_t size_bytes) {
  const std::string header = "blob " + std::to_string(size_bytes);
  return {header.c_str(), header.size() + 1};
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
