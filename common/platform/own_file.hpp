#pragma once

#include <filesystem>
#include <string_view>

#include "common/platform/file.hpp"

/// Files that are this program's own by their name: a database, a lock, a history.

namespace healthmetric::platform {

/// Throws when something else than a regular file lies at `path`, where a file of this program
/// belongs: a FIFO would be waited for, a link may lead anywhere. For files that a library opens.
void expect_own_file(const std::filesystem::path& path);

/// Opens a file of this program's own for reading and writing, created with mode 0600 where nothing
/// is. Never waits, and refuses what expect_own_file() does.
Handle open_own_file(const std::filesystem::path& path);

}  // namespace healthmetric::platform
