#include "common/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <new>
#include <vector>

#include "common/error.hpp"

namespace healthmetric {
namespace {

using detail::DigestContext;

void require(int openssl_result) {
  // OpenSSL does not tell which of its failures are those of malloc(3), which sets errno.
  if (openssl_result != 1 && errno == ENOMEM) throw std::bad_alloc();
  if (openssl_result != 1) throw Error(ErrorCode::internal, "OpenSSL refuses to compute a digest");
}

void begin(const DigestContext& context, const EVP_MD* algorithm) {
  if (!context) throw Error(ErrorCode::internal, "OpenSSL has no memory for a digest");
  require(EVP_DigestInit_ex(context.get(), algorithm, nullptr));
}

std::string finish(const DigestContext& context) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  require(EVP_DigestFinal_ex(context.get(), digest.data(), &size));
  std::string hex;
  hex.reserve(std::size_t{2} * size);
  for (unsigned i = 0; i < size; ++i) {
    hex += kDigits[digest.at(i) >> 4U];
    hex += kDigits[digest.at(i) & 15U];
  }
  return hex;
}

template <typename Digest>
void update_from(Digest& digest, Source& source) {
  std::vector<char> block(std::size_t{256} * 1024);
  while (const std::size_t count = source.read(block)) {
    digest.update(std::string_view(block.data(), count));
  }
}

}  // namespace

void detail::FreeDigestContext::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  begin(context_, EVP_sha256());
}

void Sha256::update(std::string_view bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string Sha256::finish_hex() {
  std::string hex = finish(context_);
  begin(context_, nullptr);  // the same again, which OpenSSL need not look up
  return hex;
}

GitBlobId::GitBlobId(std::uint64_t size_bytes) : context_(EVP_MD_CTX_new()) {
  begin(context_, EVP_sha1());
  const std::string header = "blob " + std::to_string(size_bytes);
  update(std::string_view(header.c_str(), header.size() + 1));
}

void GitBlobId::update(std::string_view bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string GitBlobId::finish_hex() {
  return finish(context_);
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

}  // namespace healthmetric
