#include <system_error>
#include <utility>

#include "common/platform/console_line.hpp"
#include "sender/terminal/line_editor.hpp"

/// Where the system edits lines by itself, with a history of its own: on Windows.

namespace healthmetric::terminal {

struct LineEditor::Session {};

LineEditor::LineEditor(std::filesystem::path /*history*/, platform::QuietTerminal& /*terminal*/) {}

LineEditor::~LineEditor() = default;

std::optional<std::string> LineEditor::read_line(const std::string& prompt,
                                                 Completion /*completion*/) {
  return platform::read_console_line(prompt);
}

void LineEditor::remember(const std::string& /*line*/) {}

}  // namespace healthmetric::terminal
