#pragma once

#include <string>
#include <system_error>
#include <vector>

#include "common/platform/folder.hpp"

/// Calls on folders that StorageReader and Storage share, with their error messages.

namespace healthmetric::archive {

/// Throws Error{io} "cannot <verb> '<shown>': <the system's reason>" if `error` is set.
void throw_if(const std::error_code& error, const char* verb, const std::string& shown);

/// The names in a folder, sorted; throws as throw_if() does.
std::vector<std::string> names_in(const platform::Folder& folder, const std::string& shown);

}  // namespace healthmetric::archive
