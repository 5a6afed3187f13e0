#pragma once

#include <filesystem>
#include <string_view>

namespace healthmetric::platform {

/// A name for a file that is to be renamed to `path`: beside it, with random digits, and short
/// enough for any file system, however long the name of `path` is.
std::filesystem::path temporary_beside(const std::filesystem::path& path);

/// The name of the file that such a name was made for, "token" of "token.tmp-3f9a1c07", or the
/// beginning of a long one; "" of any other name.
std::string_view name_behind_temporary(std::string_view name);

}  // namespace healthmetric::platform
