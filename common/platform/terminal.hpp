#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace healthmetric::platform {

/// True when standard error is a terminal that may be redrawn: neither NO_COLOR (no-color.org) nor
/// TERM=dumb is set.
bool standard_error_can_be_redrawn();

/// True when both standard input and standard error are a terminal, so questions can be asked.
bool is_interactive_terminal();

/// True when standard input is a terminal.
bool standard_input_is_a_terminal();

/// True when what is printed to standard output is read there and then.
bool standard_output_is_a_terminal();

/// Writes to standard error at once, without the log: for drawing. Failures are ignored, as when
/// the terminal was closed.
void write_to_terminal(const std::string& text);

/// The terminal of standard input for the time of a dialogue: what is typed is not shown, and stays
/// there for the next reader, also Ctrl-D, which would otherwise be lost between two questions.
/// Ctrl-\ is a key like others. At the end of the scope the terminal is as it was.
class QuietTerminal {
 public:
  QuietTerminal();
  ~QuietTerminal();
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

  /// Stops the process as Ctrl-Z does, the terminal as it was; returns when it is continued, the
  /// terminal as it was at the call. A Keyboard must live.
  void suspend();

 private:
  struct State;
  std::unique_ptr<State> before_;
};

/// Reads the keyboard byte by byte. While it lives, Ctrl-Z stays pending until it is polled.
class Keyboard {
 public:
  /// The terminal outlives it.
  explicit Keyboard(QuietTerminal& terminal);
  ~Keyboard();
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;

  /// Waits for the next byte; nothing at the end of input. Throws as stop_if_signalled() does.
  /// Ctrl-Z suspends the program; `redraw` is called when it goes on.
  std::optional<char> next(const std::function<void()>& redraw);

 private:
  struct State;

  void wait(const std::function<void()>& redraw);

  QuietTerminal& terminal_;
  std::unique_ptr<State> state_;
};

/// The width of the terminal on standard error as it is now, else COLUMNS, else 80.
unsigned terminal_columns();

/// On Windows, where the console's window is this program's own and closes with it, as after a
/// double click: asks for Enter, and waits ten minutes for it at most, as nobody may be there.
/// Elsewhere, and in a console that others use too, it returns at once.
void keep_window_open();

}  // namespace healthmetric::platform
