#include "sender/http/system_proxy.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/ascii.hpp"
#include "common/patterns/glob.hpp"
#include "common/program/log.hpp"

namespace healthmetric::http {
namespace {

constexpr std::string_view kSeparators = "; \t\r\n";
constexpr std::string_view kScheme = "://";

std::vector<std::string_view> entries_of(std::string_view list) {
  std::vector<std::string_view> entries;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(kSeparators), list.size());
    if (end > 0) entries.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return entries;
}

/// "*.lan", "10.*", "https://a.lan:8443", "<local>"
bool is_bypassed_by(std::string_view entry, const Url& url) {
  if (entry == "<local>") return url.host.find('.') == std::string::npos;
  if (const std::size_t scheme = entry.find(kScheme); scheme != std::string_view::npos) {
    if (ascii_lower(entry.substr(0, scheme)) != url.scheme) return false;
    entry.remove_prefix(scheme + kScheme.size());
  }
  const std::u32string pattern = patterns::characters_of(ascii_lower(entry));
  return patterns::glob_matches(pattern, patterns::characters_of(url.host)) ||
         patterns::glob_matches(pattern, patterns::characters_of(url.host + ":" + url.port));
}

}  // namespace

std::string server_for(const platform::SystemProxy& settings, const Url& url) {
  for (const std::string_view entry : entries_of(settings.bypass)) {
    if (is_bypassed_by(entry, url)) return {};
  }
  std::string_view for_all;
  for (const std::string_view entry : entries_of(settings.servers)) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) {
      if (for_all.empty()) for_all = entry;
    } else if (ascii_lower(entry.substr(0, equals)) == url.scheme) {
      return std::string(entry.substr(equals + 1));
    }
  }
  return std::string(for_all);
}

std::string system_proxy_for(const Url& url) {
  static const std::optional<platform::SystemProxy> settings = platform::system_proxy();
  const std::string server = settings ? server_for(*settings, url) : std::string();
  if (server.empty()) return {};
  model::Proxy proxy = parse_proxy(server, "the proxy in the system's settings");
  if (!proxy.password.empty()) log::hide(proxy.password);
  return std::move(proxy.text);
}

}  // namespace healthmetric::http
