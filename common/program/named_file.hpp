#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace healthmetric::program {

/// The text of a file named by the user: a configuration, a token, a list.
/// Unlike data files it may be a symbolic link or a pipe, as secret mounts and `<(command)` are; a
/// signal ends the wait for a pipe's writer. A UTF-8 byte order mark is removed. Throws
/// Error{usage} that names the `option` when it cannot be read, holds more than `max_bytes` or has
/// the mark of another encoding.
std::string read_named_file(const std::string& option, const std::filesystem::path& path,
                            std::uint64_t max_bytes);

/// The warning if other users may read a file with a `secret`; "" if they may not, or if it is not
/// a regular file.
std::string readable_by_others_warning(const std::filesystem::path& path, std::string_view secret);

/// Reads standard input to its end, unchanged, as it may be data. At a terminal a message first
/// says for which option. Throws Error{usage} for more than `max_bytes`.
std::string read_standard_input(const std::string& option, std::uint64_t max_bytes);

}  // namespace healthmetric::program
