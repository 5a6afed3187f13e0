#include "sender/http/url.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/payload/relative_path.hpp"
#include "common/text/redact.hpp"
#include "sender/http/libcurl.hpp"

namespace healthmetric::http {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const noexcept { libcurl().url_cleanup(url); }
};
using CurlUrl = std::unique_ptr<CURLU, FreeUrl>;

struct FreeText {
  void operator()(char* text) const noexcept { libcurl().free(text); }
};

/// A part of a URL; "" when it is missing.
std::string part(const CurlUrl& url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (libcurl().url_get(url.get(), which, &text, flags) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeText> owner(text);
  return text;
}

CURLUcode read(const CurlUrl& url, const std::string& text, unsigned flags = 0) {
  if (!url) return CURLUE_OUT_OF_MEMORY;
  return libcurl().url_set(url.get(), CURLUPART_URL, text.c_str(), flags);
}

bool set(const CurlUrl& url, const std::string& text, unsigned flags = 0) {
  return read(url, text, flags) == CURLUE_OK;
}

bool names_loopback(const std::string& host) {
  const bool is_127 =
      host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
  return host == "localhost" || host == "[::1]" || is_127;
}

std::string percent_encode(std::string_view text, std::string_view also_plain) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') ||
                          std::string_view("-._~").find(c) != std::string_view::npos ||
                          also_plain.find(c) != std::string_view::npos;
    out += is_plain ? std::string(1, c)
                    : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace

std::string Url::origin() const {
  return scheme + "://" + host + ":" + port;
}

bool Url::is_loopback() const {
  return names_loopback(host);
}

Url Url::parse(const std::string& text, std::string_view option) {
  const CurlUrl url(libcurl().url());
  const auto fail = [&](std::string_view why) {
    throw Error(ErrorCode::usage, fmt::format("{}: invalid URL {}: {}", option,
                                              in_quotes(text::redact_user_info(text)), why));
  };
  if (!is_utf8(text)) fail("it is not UTF-8: write such bytes as %FF");
  const CURLUcode result = read(url, text);
  if (result == CURLUE_BAD_PORT_NUMBER) fail("its port is not a number from 1 to 65535");
  const std::string scheme = ascii_lower(result == CURLUE_OK ? part(url, CURLUPART_SCHEME) : "");
  if (scheme != "https" && scheme != "http") fail("expected http:// or https://");
  if (!part(url, CURLUPART_USER).empty() || !part(url, CURLUPART_PASSWORD).empty()) {
    throw Error(ErrorCode::usage,
                fmt::format("{}: leave user and password out of the URL", option));
  }
  return {scheme, ascii_lower(part(url, CURLUPART_HOST)),
          part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT), part(url, CURLUPART_PATH)};
}

Url api_root(const std::string& text, std::string_view option) {
  Url url = Url::parse(text, option);
  if (text.find_first_of("?#") == std::string::npos) return url;
  throw Error(
      ErrorCode::usage,
      fmt::format("{}: the root of an API has neither a query nor a fragment: leave out what "
                  "begins with '?' or '#'",
                  option));
}

model::Proxy parse_proxy(const std::string& text, std::string_view option) {
  static constexpr std::array<std::string_view, 6> kSchemes = {"http",    "https",  "socks4",
                                                               "socks4a", "socks5", "socks5h"};
  const CurlUrl url(libcurl().url());
  const bool has_scheme = text.find("://") != std::string::npos;
  const bool valid = set(url, has_scheme ? text : "http://" + text, CURLU_NON_SUPPORT_SCHEME);
  const std::string scheme = ascii_lower(valid ? part(url, CURLUPART_SCHEME) : "");
  const bool is_known = std::find(kSchemes.begin(), kSchemes.end(), scheme) != kSchemes.end();
  const std::string password = part(url, CURLUPART_PASSWORD, CURLU_URLDECODE);
  // libcurl passes over a proxy without a word when it cannot read what is encoded in it.
  const bool is_readable =
      password.empty() == part(url, CURLUPART_PASSWORD).empty() &&
      part(url, CURLUPART_USER, CURLU_URLDECODE).empty() == part(url, CURLUPART_USER).empty();
  // An @ elsewhere than behind user and password belongs to a password that is not written as one.
  const bool has_user = !part(url, CURLUPART_USER).empty() || !password.empty();
  const auto ats = std::count(text.begin(), text.end(), '@');
  if (!is_known || !is_readable || ats > (has_user ? 1 : 0)) {
    throw Error(
        ErrorCode::usage,
        fmt::format("{}: invalid proxy: expected [http|https|socks5h://]host:port{}", option,
                    ats > 0 && (is_known || !valid)
                        ? ", and an @, : or / in user or password as %40, %3A or %2F"
                        : ""));
  }
  return {text, names_loopback(ascii_lower(part(url, CURLUPART_HOST))), password};
}

std::string origin_of(const std::string& url) {
  try {
    return Url::parse(url, "URL").origin();
  } catch (const Error&) {
    return {};
  }
}

std::string resolve_url(const std::string& base, const std::string& location) {
  const CurlUrl url(libcurl().url());
  if (!set(url, base) || !set(url, location)) return {};
  return part(url, CURLUPART_URL);
}

std::string encode_path(std::string_view path) {
  return percent_encode(path, "/");
}

std::string encode_query(std::string_view value) {
  return percent_encode(value, "");
}

}  // namespace healthmetric::http
