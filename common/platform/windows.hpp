#pragma once

#include <windows.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "common/platform/file.hpp"
#include "common/platform/handle.hpp"

/// Helpers shared by the *_windows.cpp files; not to be included elsewhere.

namespace healthmetric::platform {

/// Text as the system's functions take it, and back. What is not valid becomes U+FFFD.
std::wstring to_wide(std::string_view utf8);
std::string to_utf8(std::wstring_view wide);

/// The whole path, in the form that the system takes as it is: longer than 260 characters, and with
/// names such as "con" or "a." meant as files.
std::wstring system_path(const std::filesystem::path& path);

/// Handles have 32 bits that count, also in a program of 64 ("Interprocess Communication Between
/// 32-bit and 64-bit Applications"), so an int holds one, and -1 is none.
HANDLE native(Handle::Native handle);
HANDLE native(const Handle& handle);
Handle::Native number_of(HANDLE native);
Handle adopt(HANDLE native);

/// What GetLastError() says, or this error; it compares with std::errc.
std::error_code system_error(DWORD error);
std::error_code last_error();

/// Opens what is there, or makes it as `disposition` says. Other programs may go on as they like
/// with it, as elsewhere. No handle where it fails; last_error() says why.
Handle open_shared(const std::filesystem::path& path, DWORD access, DWORD disposition,
                   DWORD flags = FILE_ATTRIBUTE_NORMAL, SECURITY_ATTRIBUTES* security = nullptr);

/// Throws Error{io}: "<action>: <the reason>".
[[noreturn]] void throw_last_error(const std::string& action);

FileTime file_time(const FILETIME& time);
FILETIME system_time(const FileTime& time);

/// Whether these attributes are those of what leads elsewhere: a symbolic link or a junction. The
/// file of a cloud that is not on this disk is a reparse point, too, but a file. One whose tag is
/// not known (0), as Wine has for links to folders, is taken for a link.
bool is_link(DWORD attributes, DWORD reparse_tag);

/// Set for good once a signal came.
HANDLE interruption_event();

/// The socket that rings when one comes; -1 until somebody waits for it. It is the process's: no
/// Handle closes it.
Handle::Native interruption_bell();

/// For a new file or folder that only this user may access, and the system. Lives as long as the
/// process; null where the system cannot make one.
SECURITY_ATTRIBUTES* private_access();

}  // namespace healthmetric::platform
