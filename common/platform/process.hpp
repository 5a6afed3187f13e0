#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace healthmetric::platform {

/// A program to run: found in PATH, without a shell, with exactly this environment.
struct Command {
  std::vector<std::string> words;        ///< the program's name first
  std::vector<std::string> environment;  ///< "NAME=value"
  std::filesystem::path input;           ///< its standard input
  std::filesystem::path output;          ///< its standard output, created or overwritten
};

/// Runs it to its end, its standard error discarded, and returns its exit status, 128 and more when
/// a signal ended it. Throws Error{io} when it cannot be started. A signal that watch_for_signals()
/// made wait ends it, too, and is thrown as stop_if_signalled() does.
int run(const Command& command);

}  // namespace healthmetric::platform
