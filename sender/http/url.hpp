#pragma once

#include <string>
#include <string_view>

#include "sender/model/network.hpp"

namespace healthmetric::http {

/// The parts of an absolute http or https URL that decide where a token may be sent.
struct Url {
  std::string scheme;  ///< lower case
  std::string host;    ///< lower case; an IPv6 address in brackets
  std::string port;    ///< the scheme's default if not given
  std::string path;

  /// scheme://host:port
  [[nodiscard]] std::string origin() const;

  /// True for localhost, 127.0.0.0/8 and [::1].
  [[nodiscard]] bool is_loopback() const;

  /// Throws Error{usage} that names `option` if `text` is not such a URL, or has a password.
  static Url parse(const std::string& text, std::string_view option);
};

/// The root of the API, from --api-url or its equivalents. Throws Error{usage} that names `option`,
/// and shows no password, if `text` is not such a URL, or if no path can be appended to it.
Url api_root(const std::string& text, std::string_view option = "--api-url");

/// Throws Error{usage} that names `option` if `text` is not a proxy that libcurl supports.
model::Proxy parse_proxy(const std::string& text, std::string_view option);

/// The origin of a URL for comparisons and messages; "" if it is not an http or https URL.
std::string origin_of(const std::string& url);

/// `location` in a redirect, resolved against `base` (RFC 3986, section 5); "" if not a URL.
std::string resolve_url(const std::string& base, const std::string& location);

/// Percent-encodes what is not allowed in a path; `/` is kept.
std::string encode_path(std::string_view path);

/// Percent-encodes what is not allowed in a query's value.
std::string encode_query(std::string_view value);

}  // namespace healthmetric::http
