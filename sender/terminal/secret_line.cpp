#include "sender/terminal/secret_line.hpp"

namespace healthmetric::terminal {
namespace {

constexpr char kEndOfInput = '\x04';
constexpr char kKill = '\x15';
constexpr char kDelete = '\x7F';

/// False when the line is complete.
bool take(char byte, std::string& line) {
  if (byte == '\n' || byte == '\r') return false;
  if (byte == kKill) {
    line.clear();
  } else if (byte == kDelete || byte == '\b') {
    if (!line.empty()) line.pop_back();
  } else if (line.size() <= kMaxSecretBytes) {
    line += byte;
  }
  return true;
}

}  // namespace

std::optional<std::string> read_secret_line(const std::string& prompt,
                                            platform::QuietTerminal& terminal) {
  platform::Keyboard keyboard(terminal);
  std::string line;
  platform::write_to_terminal(prompt);
  try {
    for (;;) {
      const auto byte = keyboard.next([&] { platform::write_to_terminal(prompt); });
      const bool is_end = !byte || (*byte == kEndOfInput && line.empty());
      if (!is_end && take(*byte, line)) continue;
      platform::write_to_terminal("\n");
      return is_end ? std::nullopt : std::optional(std::move(line));
    }
  } catch (...) {
    platform::write_to_terminal("\n");
    throw;
  }
}

}  // namespace healthmetric::terminal
