#include "sender/http/trust_failure.hpp"

#include <algorithm>
#include <array>

namespace healthmetric::http {
namespace {

/// Of Schannel, which libcurl tells as failures of the handshake.
constexpr std::array<std::string_view, 3> kInvalid = {"SEC_E_CERT_EXPIRED", "SEC_E_CERT_UNKNOWN",
                                                      "CRYPT_E_REVOKED"};

/// Of OpenSSL in its versions, and of Schannel.
constexpr std::array<std::string_view, 6> kUnknownAuthority = {
    "unable to get local issuer certificate",
    "self-signed certificate",
    "self signed certificate",
    "SEC_E_UNTRUSTED_ROOT",
    "CERT_TRUST_IS_UNTRUSTED_ROOT",
    "CERT_TRUST_IS_PARTIAL_CHAIN"};

bool has_one_of(std::string_view text, const auto& words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

}  // namespace

bool is_trust_failure(CURLcode code, std::string_view detail) {
  if (code == CURLE_SSL_CONNECT_ERROR) return has_one_of(detail, kInvalid);
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CRL_BADFILE;
}

std::string trust_failure_text(std::string_view detail) {
  std::string text(detail.starts_with("schannel: ") ? "SSL certificate problem: " : "");
  text += detail;
  if (has_one_of(detail, kUnknownAuthority)) {
    text += " (--ca-bundle names a file with the authorities to trust)";
  }
  return text;
}

}  // namespace healthmetric::http
