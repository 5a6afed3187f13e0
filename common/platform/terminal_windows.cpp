#include "common/platform/terminal.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <memory>

#include "common/base/error.hpp"
#include "common/platform/console_line.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {
namespace {

constexpr unsigned kUsualColumns = 80;

bool is_console(DWORD which) {
  DWORD mode = 0;
  return ::GetConsoleMode(::GetStdHandle(which), &mode) != 0;
}

/// Older consoles show the sequences that move the cursor as text.
bool understands_sequences(HANDLE console) {
  DWORD mode = 0;
  return ::GetConsoleMode(console, &mode) != 0 &&
         ::SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
}

bool is_console_our_own() {
  std::array<DWORD, 2> processes{};
  return ::GetConsoleProcessList(processes.data(), static_cast<DWORD>(processes.size())) == 1;
}

using SteadyTime = std::chrono::steady_clock::time_point;

/// Waits for one event of the console: whether it ends the waiting, as the end of the time and a
/// console that is gone do.
bool is_closing_key(HANDLE console, SteadyTime end) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  if (left.count() <= 0) return true;
  if (::WaitForSingleObject(console, static_cast<DWORD>(left.count())) != WAIT_OBJECT_0)
    return true;
  INPUT_RECORD record{};
  DWORD count = 0;
  if (::ReadConsoleInputW(console, &record, 1, &count) == 0) return true;
  if (count == 0 || record.EventType != KEY_EVENT || record.Event.KeyEvent.bKeyDown == 0) {
    return false;
  }
  constexpr wchar_t kControlC = 0x03;
  const wchar_t key = record.Event.KeyEvent.uChar.UnicodeChar;
  return key == L'\r' || key == kControlC;
}

}  // namespace

bool standard_error_can_be_redrawn() {
  return is_console(STD_ERROR_HANDLE) && environment_variable("NO_COLOR").empty() &&
         environment_variable("TERM") != "dumb" &&
         understands_sequences(::GetStdHandle(STD_ERROR_HANDLE));
}

bool standard_input_is_a_terminal() {
  return is_console(STD_INPUT_HANDLE);
}

bool standard_output_is_a_terminal() {
  return is_console(STD_OUTPUT_HANDLE);
}

bool is_interactive_terminal() {
  return standard_input_is_a_terminal() && is_console(STD_ERROR_HANDLE);
}

void write_to_terminal(const std::string& text) {
  DWORD count = 0;
  ::WriteFile(::GetStdHandle(STD_ERROR_HANDLE), text.data(), static_cast<DWORD>(text.size()),
              &count, nullptr);
}

// The console edits lines by itself, and keeps what is typed for the next reader.
struct QuietTerminal::State {};

QuietTerminal::QuietTerminal() = default;

QuietTerminal::~QuietTerminal() = default;

std::optional<std::string> read_console_line(const std::string& prompt) {
  constexpr DWORD kMostCharacters = 8000;
  constexpr std::chrono::seconds kUntilItIsKnown{1};
  write_to_terminal(prompt);
  std::wstring line(kMostCharacters, L'\0');
  DWORD count = 0;
  ::SetLastError(ERROR_SUCCESS);
  const bool is_read = ::ReadConsoleW(::GetStdHandle(STD_INPUT_HANDLE), line.data(),
                                      kMostCharacters, &count, nullptr) != 0;
  // Ctrl-C ends the reading, at about the time at which it is told.
  if (::GetLastError() == ERROR_OPERATION_ABORTED) sleep_unless_signalled(kUntilItIsKnown);
  stop_if_signalled();
  if (!is_read || count == 0) return {};
  line.resize(count);
  constexpr wchar_t kControlZ = 0x1A;
  if (line.front() == kControlZ) return {};
  while (line.ends_with(L'\n') || line.ends_with(L'\r')) line.pop_back();
  return to_utf8(line);
}

std::optional<std::string> read_hidden_console_line(const std::string& prompt) {
  const HANDLE console = ::GetStdHandle(STD_INPUT_HANDLE);
  DWORD mode = 0;
  ::GetConsoleMode(console, &mode);
  const auto restore = [&](const auto* /*never null*/) {
    ::SetConsoleMode(console, mode);
    write_to_terminal("\n");  // the one that was typed was not shown
  };
  const std::unique_ptr<const DWORD, decltype(restore)> shown_again(&mode, restore);
  ::SetConsoleMode(console, mode & ~static_cast<DWORD>(ENABLE_ECHO_INPUT));
  return read_console_line(prompt);
}

unsigned terminal_columns() {
  CONSOLE_SCREEN_BUFFER_INFO info{};
  if (::GetConsoleScreenBufferInfo(::GetStdHandle(STD_ERROR_HANDLE), &info) != 0) {
    const int columns = info.srWindow.Right - info.srWindow.Left + 1;
    if (columns > 0) return static_cast<unsigned>(columns);
  }
  const std::string text = environment_variable("COLUMNS");
  unsigned columns = 0;
  std::from_chars(text.data(), text.data() + text.size(), columns);
  return columns == 0 ? kUsualColumns : columns;
}

void keep_window_open() {
  constexpr std::chrono::minutes kAtMost{10};
  if (!is_interactive_terminal() || !is_console_our_own()) return;
  write_to_terminal("\nPress Enter to close this window. ");
  const HANDLE console = ::GetStdHandle(STD_INPUT_HANDLE);
  ::FlushConsoleInputBuffer(console);
  // So that Ctrl-C is a key as well.
  ::SetConsoleMode(console, 0);
  const auto end = std::chrono::steady_clock::now() + kAtMost;
  while (!is_closing_key(console, end)) {
  }
}

}  // namespace healthmetric::platform
