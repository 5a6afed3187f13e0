#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/platform/terminal.hpp"

namespace healthmetric::terminal {

/// Reads lines from the user at the terminal, with editing, a history and completion of paths with
/// the Tab key (libedit). It writes to standard error; standard output is for results.
///
/// Characters are UTF-8.
class LineEditor {
 public:
  enum class Completion { none, paths };

  /// `history` is a file, created with the first line kept, mode 0600; empty: no history. The
  /// terminal must outlive the editor.
  LineEditor(std::filesystem::path history, platform::QuietTerminal& terminal);
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;
  ~LineEditor();

  /// A line without its end; nullopt at the end of input (Ctrl-D). It can be recalled with the
  /// cursor keys during the lifetime of this object. Throws as stop_if_signalled() does, and on
  /// Ctrl-C; Error{too_large} when the line is done, if it is too long. Ctrl-Z suspends the
  /// program. Needs watch_for_signals().
  std::optional<std::string> read_line(const std::string& prompt, Completion completion);

  /// Adds a line to the history file, which keeps the last 200.
  void remember(const std::string& line);

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

/// What can be appended to `line`, a path that is being typed, and all its completions: "~/" is the
/// home folder, folders end in "/".
struct PathCompletion {
  std::string addition;
  std::vector<std::string> candidates;  ///< sorted
};
PathCompletion complete_path(const std::string& line);

}  // namespace healthmetric::terminal
