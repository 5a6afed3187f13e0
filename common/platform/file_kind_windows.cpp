#include "common/platform/file_kind.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {

std::filesystem::file_type entry_type(const std::filesystem::path& path, std::error_code& error) {
  using std::filesystem::file_type;
  const std::wstring location = system_path(path);
  const DWORD attributes = ::GetFileAttributesW(location.c_str());
  error = attributes == INVALID_FILE_ATTRIBUTES ? last_error() : std::error_code();
  if (error == std::errc::no_such_file_or_directory) return file_type::not_found;
  if (error) return file_type::none;
  if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
    WIN32_FIND_DATAW found{};
    const HANDLE search = ::FindFirstFileW(location.c_str(), &found);
    if (search != INVALID_HANDLE_VALUE) ::FindClose(search);
    if (is_link(attributes, found.dwReserved0)) return file_type::symlink;
  }
  return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? file_type::directory : file_type::regular;
}

/// Opening it follows the links, and asks for nothing that another program could keep to itself.
std::filesystem::file_type target_type(const std::filesystem::path& path, std::error_code& error) {
  using std::filesystem::file_type;
  const Handle opened =
      open_shared(path, FILE_READ_ATTRIBUTES, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
  error = opened ? std::error_code() : last_error();
  if (error == std::errc::no_such_file_or_directory) return file_type::not_found;
  if (error) return file_type::none;
  if (::GetFileType(native(opened)) != FILE_TYPE_DISK) return file_type::unknown;
  BY_HANDLE_FILE_INFORMATION info{};
  if (::GetFileInformationByHandle(native(opened), &info) == 0) {
    error = last_error();
    return file_type::none;
  }
  return (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? file_type::directory
                                                                 : file_type::regular;
}

bool names_a_stream(const std::filesystem::path& path) {
  return path.filename().native().find(L':') != std::wstring::npos;
}

}  // namespace healthmetric::platform
