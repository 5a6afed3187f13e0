#pragma once

#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>

#include "common/platform/handle.hpp"

/// What each system's bodies offer to those that they share; not to be included elsewhere.

namespace healthmetric::platform {

/// Gives a file or a folder another name, and replaces a file that is there. Returns what is wrong.
std::error_code rename_over(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes a folder that only this user may access, and the system. Returns what is wrong; its parent
/// must be there.
std::error_code create_private_folder(const std::filesystem::path& path);

/// Another handle of the same open file.
Handle duplicate(Handle::Native file, std::error_code& error);

/// The C library's stream for reading and writing an open file; null with errno set when there can
/// be none.
std::FILE* stream_on(Handle file);

/// Whether it is a regular file of this user alone, under this one name.
bool is_file_of_this_user(const std::filesystem::path& file);

/// The variable that names the user's home folder.
std::string home_variable();

/// Fills it from the system's random source. Returns what is wrong.
std::error_code fill_randomly(std::span<char> bytes);

}  // namespace healthmetric::platform
