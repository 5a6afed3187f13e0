#include <algorithm>
#include <array>

#include "common/base/system_error.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {
namespace {

constexpr std::uint64_t kTicksASecond = 10'000'000;     // of 100 nanoseconds
constexpr std::int64_t kEpochSeconds = 11'644'473'600;  // from 1601 to 1970

/// The whole path as the system makes it, with backslashes and without "..".
std::wstring full_path(const std::wstring& path) {
  const DWORD size = ::GetFullPathNameW(path.c_str(), 0, nullptr, nullptr);
  if (size == 0) return path;
  std::wstring full(size, L'\0');
  full.resize(::GetFullPathNameW(path.c_str(), size, full.data(), nullptr));
  return full;
}

}  // namespace

std::wstring to_wide(std::string_view utf8) {
  const auto size = static_cast<int>(utf8.size());
  std::wstring wide(
      static_cast<std::size_t>(::MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, nullptr, 0)),
      L'\0');
  ::MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, wide.data(), static_cast<int>(wide.size()));
  return wide;
}

std::string to_utf8(std::wstring_view wide) {
  const auto size = static_cast<int>(wide.size());
  const int bytes =
      ::WideCharToMultiByte(CP_UTF8, 0, wide.data(), size, nullptr, 0, nullptr, nullptr);
  std::string utf8(static_cast<std::size_t>(bytes), '\0');
  ::WideCharToMultiByte(CP_UTF8, 0, wide.data(), size, utf8.data(), bytes, nullptr, nullptr);
  return utf8;
}

std::wstring system_path(const std::filesystem::path& path) {
  const std::wstring& text = path.native();
  // "\\?\" and "\\.\" are the system's forms already; in the first one a slash is nothing special.
  if (text.empty() || text.starts_with(L"\\\\.\\")) return text;
  if (text.starts_with(L"\\\\?\\")) {
    std::wstring form = text;
    std::replace(form.begin(), form.end(), L'/', L'\\');
    return form;
  }
  std::wstring full = full_path(text);
  if (full.starts_with(L"\\\\.\\") || full.starts_with(L"\\\\?\\")) return full;
  if (full.starts_with(L"\\\\")) return L"\\\\?\\UNC" + full.substr(1);
  return L"\\\\?\\" + full;
}

HANDLE native(Handle::Native handle) {
  return reinterpret_cast<HANDLE>(static_cast<std::intptr_t>(handle));
}

HANDLE native(const Handle& handle) {
  return native(handle.get());
}

Handle::Native number_of(HANDLE native) {
  return static_cast<Handle::Native>(reinterpret_cast<std::intptr_t>(native));
}

Handle adopt(HANDLE native) {
  return Handle(number_of(native == nullptr ? INVALID_HANDLE_VALUE : native));
}

Handle::~Handle() {
  if (*this && native_ != interruption_bell()) ::CloseHandle(native(*this));
}

Handle open_shared(const std::filesystem::path& path, DWORD access, DWORD disposition, DWORD flags,
                   SECURITY_ATTRIBUTES* security) {
  constexpr DWORD kShare = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  return adopt(::CreateFileW(system_path(path).c_str(), access, kShare, security, disposition,
                             flags, nullptr));
}

std::error_code system_error(DWORD error) {
  return {static_cast<int>(error), std::system_category()};
}

std::error_code last_error() {
  return system_error(::GetLastError());
}

void throw_last_error(const std::string& action) {
  throw_system_error(action, last_error());
}

FileTime file_time(const FILETIME& time) {
  using std::chrono::sys_seconds;
  constexpr sys_seconds kEnd = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);
  const std::uint64_t ticks =
      (std::uint64_t{time.dwHighDateTime} << 32U) | std::uint64_t{time.dwLowDateTime};
  const sys_seconds second{
      std::chrono::seconds(static_cast<std::int64_t>(ticks / kTicksASecond) - kEpochSeconds)};
  if (second >= kEnd) return {kEnd - std::chrono::seconds(1)};
  return {second, std::chrono::nanoseconds(100 * (ticks % kTicksASecond))};
}

FILETIME system_time(const FileTime& time) {
  const std::int64_t seconds =
      std::max<std::int64_t>(time.second.time_since_epoch().count() + kEpochSeconds, 0);
  const std::uint64_t ticks = static_cast<std::uint64_t>(seconds) * kTicksASecond +
                              static_cast<std::uint64_t>(time.fraction.count()) / 100;
  return {static_cast<DWORD>(ticks & 0xFFFFFFFFU), static_cast<DWORD>(ticks >> 32U)};
}

bool is_link(DWORD attributes, DWORD reparse_tag) {
  constexpr DWORD kStandsForAnotherName = 0x20000000;  // IsReparseTagNameSurrogate()
  return (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
         (reparse_tag == 0 || (reparse_tag & kStandsForAnotherName) != 0);
}

}  // namespace healthmetric::platform
