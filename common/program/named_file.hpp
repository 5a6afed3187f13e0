#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace healthmetric::program {

/// The text of a file that the user named as a source of words: configuration, a token, a list.
/// Unlike data files it may be a symbolic link or a pipe, as secret mounts and `<(command)` are; a
/// signal ends the wait for a pipe's writer. A byte order mark of UTF-8 is left out. Throws
/// Error{usage} that names the `option` when it cannot be read, holds more than `max_bytes` or has
/// the mark of another encoding.
std::string read_named_file(const std::string& option, const std::filesystem::path& path,
                            std::uint64_t max_bytes);

/// What to say where everybody on this machine may read a file that keeps `secret`; "" where its
/// permissions do not allow that, or it is no plain file.
std::string open_to_others(const std::filesystem::path& path, std::string_view secret);

/// Reads standard input to its end, as it comes, for it may be data. At a terminal it says first
/// that it waits, and for which option. Throws Error{usage} when there are more than `max_bytes`.
std::string read_standard_input(const std::string& option, std::uint64_t max_bytes);

}  // namespace healthmetric::program
