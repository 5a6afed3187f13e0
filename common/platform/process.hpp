#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace healthmetric::platform {

/// A program to run: searched in PATH, without a shell, with exactly this environment.
struct Invocation {
  std::vector<std::string> words;        ///< the program's name first
  std::vector<std::string> environment;  ///< "NAME=value"
  std::filesystem::path input;           ///< its standard input
  std::filesystem::path output;          ///< its standard output, created or overwritten
};

/// Runs it to its end, its standard error discarded, and returns its exit status, 128 and more when
/// a signal ended it. Throws Error{io} when it cannot be started. A signal that watch_for_signals()
/// made wait ends it, too, and is thrown as stop_if_signalled() does.
int run(const Invocation& command);

/// What a program prints that is found in PATH, run as run() does it, in this process's environment
/// and with nothing to read. Nothing when it ends with another status than 0. Throws
/// Error{too_large} for more than `max_bytes`.
std::optional<std::string> output_of(const std::vector<std::string>& words,
                                     std::uint64_t max_bytes);

/// The file of this program itself; "" where the system does not tell.
std::filesystem::path own_program();

/// How many cores this process may use, 1 at least: fewer than there are in a container, or with
/// taskset.
std::size_t usable_cores();

/// How many descriptors this process may have open; SIZE_MAX if the system sets no limit.
std::size_t most_open_files();

/// The null device, such as /dev/null.
std::filesystem::path null_file();

}  // namespace healthmetric::platform
