#include "common/platform/environment.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {

std::string environment_variable(const std::string& name) {
  const std::wstring wide_name = to_wide(name);
  std::wstring value;
  DWORD size = ::GetEnvironmentVariableW(wide_name.c_str(), nullptr, 0);
  while (size > value.size()) {
    value.resize(size);
    size = ::GetEnvironmentVariableW(wide_name.c_str(), value.data(), size);
  }
  value.resize(size);
  return to_utf8(value);
}

/// Without those whose names begin with "=": the working folder on each drive.
std::vector<std::string> whole_environment() {
  std::vector<std::string> all;
  wchar_t* const block = ::GetEnvironmentStringsW();
  if (block == nullptr) return all;
  for (const wchar_t* entry = block; *entry != L'\0';) {
    const std::wstring_view text(entry);
    if (text.front() != L'=') all.push_back(to_utf8(text));
    entry += text.size() + 1;
  }
  ::FreeEnvironmentStringsW(block);
  return all;
}

}  // namespace healthmetric::platform
