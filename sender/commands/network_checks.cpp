#include "sender/commands/network_checks.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/codec/base64.hpp"
#include "common/program/log.hpp"
#include "common/program/named_file.hpp"
#include "sender/http/proxy_environment.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {
namespace {

constexpr std::uint64_t kMaxBundleBytes = std::uint64_t{64} * 1024 * 1024;

/// Whether `body` is base64 of DER, which begins with a SEQUENCE.
bool is_certificate(std::string_view body) {
  constexpr char kSequence = 0x30;
  std::string text(body);
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
  base64::Decoder decoder;
  ByteBuffer bytes;
  return decoder.decode(text, bytes) && decoder.finish() && bytes.view().starts_with(kSequence);
}

/// Whether `text` has certificates, each of them whole (RFC 7468; OpenSSL knows three labels).
/// Comments, and what else may be in such a file, do no harm.
bool has_certificates(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kDashes = "-----";
  bool has_one = false;
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin)) {
    text.remove_prefix(at + kBegin.size());
    const std::string_view label = text.substr(0, text.find(kDashes));
    if (!label.ends_with("CERTIFICATE")) continue;
    const std::size_t end = text.find(fmt::format("-----END {}-----", label));
    if (end == std::string_view::npos) return false;
    if (!is_certificate(text.substr(0, end).substr(label.size() + kDashes.size()))) return false;
    text.remove_prefix(end);
    has_one = true;
  }
  return has_one;
}

}  // namespace

void check_proxies_of_environment() {
  for (const http::NamedProxy& named : http::proxies_of_environment()) {
    const model::Proxy proxy = http::parse_proxy(named.value, named.variable);
    if (!proxy.password.empty()) log::hide(proxy.password);
  }
}

/// A pipe gives its text once, to libcurl.
void check_ca_bundle(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return;
  if (has_certificates(program::read_named_file("--ca-bundle", file, kMaxBundleBytes))) return;
  throw Error(ErrorCode::usage, "--ca-bundle: " + in_quotes(file.string()) +
                                    " has no certificates in PEM format: they begin with "
                                    "-----BEGIN CERTIFICATE-----");
}

}  // namespace healthmetric::sender
