#include "common/platform/identity.hpp"

#include <array>

#include "common/base/format.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {
namespace {

constexpr DWORD kMostCharacters = 512;

/// The version as it is; GetVersionEx() tells a program that of its manifest.
RTL_OSVERSIONINFOW version() {
  using GetVersion = LONG WINAPI(RTL_OSVERSIONINFOW*);
  RTL_OSVERSIONINFOW info{};
  info.dwOSVersionInfoSize = sizeof info;
  const HMODULE library = ::GetModuleHandleW(L"ntdll.dll");
  if (library == nullptr) return info;
  const FARPROC found = ::GetProcAddress(library, "RtlGetVersion");
  if (found == nullptr) return info;
  reinterpret_cast<GetVersion*>(reinterpret_cast<void*>(found))(&info);
  return info;
}

}  // namespace

std::string host_name() {
  std::array<wchar_t, kMostCharacters> name{};
  DWORD size = kMostCharacters;
  if (::GetComputerNameExW(ComputerNameDnsHostname, name.data(), &size) == 0) return {};
  return to_utf8({name.data(), size});
}

std::string os_name() {
  const RTL_OSVERSIONINFOW info = version();
  return fmt::format("Windows {}.{}.{} x86_64", info.dwMajorVersion, info.dwMinorVersion,
                     info.dwBuildNumber);
}

std::string user_name() {
  std::array<wchar_t, kMostCharacters> name{};
  DWORD size = kMostCharacters;
  if (::GetUserNameW(name.data(), &size) == 0 || size == 0) return {};
  return to_utf8({name.data(), size - 1});
}

/// There is no sudo whose files would lie there.
std::string foreign_owner_hint(const std::filesystem::path& /*place*/,
                               const std::filesystem::path& /*folder*/) {
  return {};
}

}  // namespace healthmetric::platform
