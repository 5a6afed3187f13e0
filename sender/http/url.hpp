#pragma once

#include <string>
#include <string_view>

#include "sender/model/network.hpp"

namespace healthmetric::http {

/// The parts of an absolute http or https URL that matter for where a token may go.
struct Url {
  std::string scheme;  ///< lower case
  std::string host;    ///< lower case; an IPv6 address in brackets
  std::string port;    ///< the scheme's own when none is written
  std::string path;

  /// scheme://host:port
  [[nodiscard]] std::string origin() const;

  /// True for localhost, 127.0.0.0/8 and [::1].
  [[nodiscard]] bool is_loopback() const;

  /// Throws Error{usage} that names `option` when `text` is no such URL, or carries a password.
  static Url parse(const std::string& text, std::string_view option);
};

/// The root of the API as --api-url, or what stands for it, names it. Throws Error{usage} that
/// names `option`, and no password, for what is not such a URL, or has what cannot stand in front
/// of a path.
Url api_root(const std::string& text, std::string_view option = "--api-url");

/// Throws Error{usage} that names `option` when `text` is no proxy that libcurl knows.
model::Proxy parse_proxy(const std::string& text, std::string_view option);

/// The origin of a URL for comparisons and messages; "" when it is not an http or https URL.
std::string origin_of(const std::string& url);

/// `location` as a redirect from `base` means it (RFC 3986, section 5); "" when it is not a URL.
std::string resolve_url(const std::string& base, const std::string& location);

/// Percent-encodes what may not stand in a path; `/` stays.
std::string encode_path(std::string_view path);

/// Percent-encodes what may not stand in a query's value.
std::string encode_query(std::string_view value);

}  // namespace healthmetric::http
