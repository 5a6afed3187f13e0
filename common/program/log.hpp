#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

/// What the programs say beside their results: to stderr for people, and to a file with times.
/// Every message passes redaction first, so no token reaches either. The one global of the
/// product; before set_up() messages go to stderr.

namespace healthmetric::log {

/// What appears on stderr. A log file always gets everything.
enum class Verbosity { quiet, normal, verbose };

struct Options {
  std::string program;  ///< stands in front of each line on stderr
  Verbosity verbosity = Verbosity::normal;
  std::filesystem::path file;  ///< appended to; empty: no file
  bool needs_file = true;  ///< else it is done without, with a warning, where that is not possible
};

/// Throws Error{io} when a file that is needed cannot be opened.
void set_up(const Options& options);

/// Runs `hook` before each message that goes to stderr, so that what is drawn there can make way;
/// an empty one ends that.
void before_each_message(std::function<void()> hook);

/// From now on `secret` appears as "***".
void hide(std::string secret);

/// `text` as it would appear: secrets, what looks like a token, and users and passwords in URLs
/// masked.
std::string redacted(std::string_view text);

/// What stdout tells already: for the log file alone.
void record(std::string_view message);
void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

}  // namespace healthmetric::log
