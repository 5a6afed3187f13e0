#include <cstddef>
#include <vector>

#include "common/platform/windows.hpp"

// After windows.h, whose types it takes for granted.
#include <sddl.h>

namespace healthmetric::platform {
namespace {

/// The user of this process as text, "S-1-5-21-...": "" when it is unknown.
std::wstring user_id() {
  HANDLE opened = nullptr;
  if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &opened) == 0) return {};
  const Handle token = adopt(opened);
  DWORD size = 0;
  ::GetTokenInformation(opened, TokenUser, nullptr, 0, &size);
  std::vector<std::max_align_t> room(size / sizeof(std::max_align_t) + 1);
  if (::GetTokenInformation(opened, TokenUser, room.data(), size, &size) == 0) return {};
  wchar_t* text = nullptr;
  const auto* user = reinterpret_cast<const TOKEN_USER*>(room.data());
  if (::ConvertSidToStringSidW(user->User.Sid, &text) == 0) return {};
  std::wstring id = text;
  ::LocalFree(text);
  return id;
}

/// Nothing is inherited from above; what is made below inherits this: full access (FA) for the
/// user, and for the system (SY), which backs up and scans.
SECURITY_ATTRIBUTES make_access() {
  SECURITY_ATTRIBUTES access{sizeof(SECURITY_ATTRIBUTES), nullptr, FALSE};
  const std::wstring user = user_id();
  if (user.empty()) return access;
  const std::wstring text = L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;" + user + L")";
  ::ConvertStringSecurityDescriptorToSecurityDescriptorW(text.c_str(), SDDL_REVISION_1,
                                                         &access.lpSecurityDescriptor, nullptr);
  return access;
}

}  // namespace

SECURITY_ATTRIBUTES* private_access() {
  static SECURITY_ATTRIBUTES access = make_access();
  return access.lpSecurityDescriptor == nullptr ? nullptr : &access;
}

}  // namespace healthmetric::platform
