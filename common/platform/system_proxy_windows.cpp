#include "common/platform/system_proxy.hpp"

#include "common/platform/windows.hpp"

// From the registry, where the settings of Windows write it and where Python, too, reads it:
// WinHttpGetIEProxyConfigForCurrentUser() of Wine 8 always says that there is none.

namespace healthmetric::platform {
namespace {

constexpr const wchar_t* kSettings =
    L"Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings";

/// "" where there is no such text. Lists of exceptions that an administrator spreads may be long,
/// and may grow between two looks at them.
std::string text_of(const wchar_t* name) {
  std::wstring text(1024, L'\0');
  LSTATUS status = ERROR_MORE_DATA;
  while (status == ERROR_MORE_DATA) {
    auto bytes = static_cast<DWORD>(text.size() * sizeof(wchar_t));
    status = ::RegGetValueW(HKEY_CURRENT_USER, kSettings, name, RRF_RT_REG_SZ, nullptr, text.data(),
                            &bytes);
    if (status == ERROR_MORE_DATA) text.resize(text.size() * 2);
  }
  return status == ERROR_SUCCESS ? to_utf8(text.c_str()) : std::string();
}

bool is_enabled() {
  DWORD enabled = 0;
  DWORD bytes = sizeof enabled;
  return ::RegGetValueW(HKEY_CURRENT_USER, kSettings, L"ProxyEnable", RRF_RT_REG_DWORD, nullptr,
                        &enabled, &bytes) == ERROR_SUCCESS &&
         enabled != 0;
}

}  // namespace

std::optional<SystemProxy> system_proxy() {
  if (!is_enabled()) return {};
  SystemProxy proxy{text_of(L"ProxyServer"), text_of(L"ProxyOverride")};
  if (proxy.servers.empty()) return {};
  return proxy;
}

}  // namespace healthmetric::platform
