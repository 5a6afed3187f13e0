#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

/// Messages other than results: to stderr, and with times to a log file. Every message is redacted
/// first, so no token gets there. The only global state of the programs; before set_up(), messages
/// go to stderr.

namespace healthmetric::log {

/// What appears on stderr. A log file always gets everything.
enum class Verbosity { quiet, normal, verbose };

struct Options {
  std::string program;  ///< the prefix of each line on stderr
  Verbosity verbosity = Verbosity::normal;
  std::filesystem::path file;  ///< appended to; empty: no file
  bool needs_file = true;      ///< otherwise a file that cannot be opened is only a warning
};

/// Throws Error{io} when a file that is needed cannot be opened.
void set_up(const Options& options);

/// Runs `hook` before each message to stderr, so that a progress line can be erased; an empty one
/// ends that.
void before_each_message(std::function<void()> hook);

/// From now on `secret` appears as "***".
void hide(std::string secret);

/// `text` as it would appear: secrets, what looks like a token, and users and passwords in URLs
/// masked.
std::string redacted(std::string_view text);

/// For the log file only: the result, which is also printed to stdout.
void record(std::string_view message);
void debug(std::string_view message);
/// The same for a message of each file, which is made only where it is written.
void debug(const std::function<std::string()>& message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

/// A warning that appears even if the verbosity is quiet: of what cannot wait.
void urgent_warning(std::string_view message);

}  // namespace healthmetric::log
