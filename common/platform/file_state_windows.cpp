#include "common/platform/file.hpp"
#include "common/platform/file_kind.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {
namespace {

std::uint64_t joined(DWORD high, DWORD low) {
  return (std::uint64_t{high} << 32U) | std::uint64_t{low};
}

}  // namespace

std::uint64_t file_size(const std::string& path, std::error_code& error) {
  WIN32_FILE_ATTRIBUTE_DATA info{};
  const bool is_known =
      ::GetFileAttributesExW(system_path(path).c_str(), GetFileExInfoStandard, &info) != 0;
  error = is_known ? std::error_code() : last_error();
  return joined(info.nFileSizeHigh, info.nFileSizeLow);
}

std::optional<FileState> file_state(const std::filesystem::path& path) {
  const std::wstring location = system_path(path);
  std::error_code error;
  if (entry_type(path, error) != std::filesystem::file_type::regular || error) return {};
  WIN32_FILE_ATTRIBUTE_DATA info{};
  if (::GetFileAttributesExW(location.c_str(), GetFileExInfoStandard, &info) == 0) return {};
  return FileState{joined(info.nFileSizeHigh, info.nFileSizeLow), file_time(info.ftLastWriteTime)};
}

std::optional<FileState> file_state(const Handle& file, std::error_code& error) {
  error.clear();
  if (::GetFileType(native(file)) != FILE_TYPE_DISK) return {};
  BY_HANDLE_FILE_INFORMATION info{};
  if (::GetFileInformationByHandle(native(file), &info) == 0) {
    error = last_error();
    return {};
  }
  if ((info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) return {};
  return FileState{joined(info.nFileSizeHigh, info.nFileSizeLow), file_time(info.ftLastWriteTime)};
}

}  // namespace healthmetric::platform
