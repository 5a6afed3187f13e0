#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/platform/terminal.hpp"

namespace healthmetric::terminal {

/// Reads lines from the person at the terminal, with editing, a history and completion of paths by
/// the tabulator key (libedit). It writes to standard error; standard output is for results.
///
/// Characters are UTF-8.
class LineEditor {
 public:
  enum class Completion { none, paths };

  /// `history` is a file, made when the first line is kept, mode 0600; empty: no history. The
  /// terminal outlives the editor.
  LineEditor(std::filesystem::path history, platform::QuietTerminal& terminal);
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;
  ~LineEditor();

  /// A line without its end; nothing at the end of input (Ctrl-D). It can be called up again with
  /// the cursor keys, as long as this object lives. Throws as stop_if_signalled() does, and on
  /// Ctrl-C; Ctrl-Z suspends the program. Signals must be watched for.
  std::optional<std::string> read_line(const std::string& prompt, Completion completion);

  /// Keeps a line in the file for the next time; the oldest of more than 200 goes.
  void remember(const std::string& line);

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

/// What of `line`, a path that is being typed, can be put behind it, and all names it could become:
/// "~/" is the home folder, folders end in "/".
struct PathCompletion {
  std::string addition;
  std::vector<std::string> candidates;  ///< sorted
};
PathCompletion complete_path(const std::string& line);

}  // namespace healthmetric::terminal
