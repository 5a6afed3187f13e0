#include "common/platform/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>

#include "common/platform/environment.hpp"

namespace healthmetric::platform {
namespace {

constexpr unsigned kUsualColumns = 80;

}  // namespace

bool standard_error_can_be_redrawn() {
  const std::string kind = environment_variable("TERM");
  return ::isatty(STDERR_FILENO) == 1 && environment_variable("NO_COLOR").empty() &&
         !kind.empty() && kind != "dumb";
}

bool standard_input_is_a_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}

bool somebody_can_be_asked() {
  return standard_input_is_a_terminal() && ::isatty(STDERR_FILENO) == 1;
}

void write_to_terminal(const std::string& text) {
  (void)std::fputs(text.c_str(), stderr);
  (void)std::fflush(stderr);
}

QuietTerminal::QuietTerminal() {
  ::tcgetattr(STDIN_FILENO, &before_);
  termios quiet = before_;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
  quiet.c_cc[VMIN] = 1;
  quiet.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
}

QuietTerminal::~QuietTerminal() {
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void QuietTerminal::suspend() {
  termios now{};
  ::tcgetattr(STDIN_FILENO, &now);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  (void)::raise(SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);  // here it stops
  ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
}

unsigned terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string text = environment_variable("COLUMNS");
  unsigned columns = 0;
  std::from_chars(text.data(), text.data() + text.size(), columns);
  return columns == 0 ? kUsualColumns : columns;
}

}  // namespace healthmetric::platform
