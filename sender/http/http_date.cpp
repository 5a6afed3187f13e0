#include "sender/http/http_date.hpp"

#include "sender/http/libcurl.hpp"

namespace healthmetric::http {

/// libcurl's reader also takes dates without a time, which are none here.
std::optional<std::chrono::sys_seconds> parse_http_date(const std::string& text) {
  if (text.find(':') == std::string::npos) return {};
  const auto seconds = libcurl().getdate(text.c_str(), nullptr);
  if (seconds < 0) return {};
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

}  // namespace healthmetric::http
