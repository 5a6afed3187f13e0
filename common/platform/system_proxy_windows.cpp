#include "common/platform/system_proxy.hpp"

#include "common/platform/windows.hpp"

// What <windows.h> does not bring along.
#include <winhttp.h>

namespace healthmetric::platform {
namespace {

std::string taken(wchar_t* text) {
  if (text == nullptr) return {};
  std::string utf8 = to_utf8(text);
  ::GlobalFree(text);
  return utf8;
}

}  // namespace

std::optional<SystemProxy> system_proxy() {
  WINHTTP_CURRENT_USER_IE_PROXY_CONFIG settings{};
  if (::WinHttpGetIEProxyConfigForCurrentUser(&settings) == 0) return {};
  SystemProxy proxy{taken(settings.lpszProxy), taken(settings.lpszProxyBypass)};
  (void)taken(settings.lpszAutoConfigUrl);
  if (proxy.servers.empty()) return {};
  return proxy;
}

}  // namespace healthmetric::platform
