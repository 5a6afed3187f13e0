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

/// The C++ library takes a link for what it leads to.
std::filesystem::file_type entry_type(const std::filesystem::directory_entry& entry,
                                      std::error_code& error) {
  return entry_type(entry.path(), error);
}

bool is_marked_hidden(const std::filesystem::path& path) {
  const DWORD attributes = ::GetFileAttributesW(system_path(path).c_str());
  return attributes != INVALID_FILE_ATTRIBUTES &&
         (attributes & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM)) != 0;
}

bool is_readable_by_others(const std::filesystem::path& /*path*/) {
  return false;  // what a profile has is its user's, and elsewhere many rules say together who
                 // reads
}

}  // namespace healthmetric::platform
