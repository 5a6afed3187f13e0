#include "sender/http/trust_failure.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

namespace {

constexpr const char* kHint = " (--ca-bundle names a file with the authorities to trust)";

}  // namespace

TEST_CASE("what Schannel says of a certificate begins as what OpenSSL says", "[http]") {
  CHECK(http::trust_failure_text("SSL certificate problem: certificate has expired") ==
        "SSL certificate problem: certificate has expired");
  CHECK(
      http::trust_failure_text(
          "schannel: SNI or certificate check failed: SEC_E_WRONG_PRINCIPAL") ==
      "SSL certificate problem: schannel: SNI or certificate check failed: SEC_E_WRONG_PRINCIPAL");
}

TEST_CASE("an unknown authority is told with what makes it known", "[http]") {
  for (const std::string detail :
       {"SSL certificate problem: unable to get local issuer certificate",
        "SSL certificate problem: self-signed certificate in certificate chain",
        "SSL certificate problem: self signed certificate"}) {
    CHECK(http::trust_failure_text(detail) == detail + kHint);
  }
  for (const std::string detail :
       {"schannel: SEC_E_UNTRUSTED_ROOT (0x80090325) - The certificate chain was issued by an "
        "authority that is not trusted.",
        "schannel: CertGetCertificateChain trust error CERT_TRUST_IS_PARTIAL_CHAIN",
        "schannel: CertGetCertificateChain trust error CERT_TRUST_IS_UNTRUSTED_ROOT"}) {
    CHECK(http::trust_failure_text(detail) == "SSL certificate problem: " + detail + kHint);
  }
}

TEST_CASE("a certificate that does not hold is told from a handshake that failed", "[http]") {
  const std::string failed = "schannel: next InitializeSecurityContext failed: ";
  CHECK(http::is_trust_failure(CURLE_PEER_FAILED_VERIFICATION, ""));
  CHECK(
      http::is_trust_failure(CURLE_SSL_CONNECT_ERROR, failed + "SEC_E_CERT_EXPIRED (0x80090328)"));
  CHECK(http::is_trust_failure(CURLE_SSL_CONNECT_ERROR, failed + "CRYPT_E_REVOKED (0x80092010)"));
  CHECK_FALSE(http::is_trust_failure(CURLE_SSL_CONNECT_ERROR, failed + "SEC_E_INVALID_TOKEN"));
  CHECK_FALSE(http::is_trust_failure(CURLE_COULDNT_CONNECT, "SEC_E_CERT_EXPIRED"));
}
