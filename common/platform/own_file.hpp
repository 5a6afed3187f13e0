#pragma once

#include <filesystem>
#include <functional>
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

/// Removes from `folder` what a kill left of write_file_atomically() there, for files whose name
/// `is_ours` accepts. Only regular files of this user with that very name and no second one are
/// touched. A folder that does not exist has none. Throws Error{io} for one that cannot be removed.
void remove_leftovers(const std::filesystem::path& folder,
                      const std::function<bool(std::string_view)>& is_ours);

}  // namespace healthmetric::platform
