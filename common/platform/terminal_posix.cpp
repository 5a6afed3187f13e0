#include "common/platform/terminal.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>

#include "common/platform/environment.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/posix.hpp"

namespace healthmetric::platform {
namespace {

constexpr unsigned kUsualColumns = 80;

sigset_t suspension() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTSTP);
  return set;
}

}  // namespace

bool standard_error_can_be_redrawn() {
  const std::string kind = environment_variable("TERM");
  return ::isatty(STDERR_FILENO) == 1 && environment_variable("NO_COLOR").empty() &&
         !kind.empty() && kind != "dumb";
}

bool standard_input_is_a_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}

bool standard_output_is_a_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

bool is_interactive_terminal() {
  return standard_input_is_a_terminal() && ::isatty(STDERR_FILENO) == 1;
}

void write_to_terminal(const std::string& text) {
  (void)std::fputs(text.c_str(), stderr);
  (void)std::fflush(stderr);
}

struct QuietTerminal::State {
  termios settings{};
};

QuietTerminal::QuietTerminal() : before_(std::make_unique<State>()) {
  ::tcgetattr(STDIN_FILENO, &before_->settings);
  termios quiet = before_->settings;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
  // Ctrl-\ would end the program with the terminal as it is.
  quiet.c_cc[VQUIT] = _POSIX_VDISABLE;
  quiet.c_cc[VMIN] = 1;
  quiet.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
}

QuietTerminal::~QuietTerminal() {
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_->settings);
}

void QuietTerminal::suspend() {
  termios now{};
  ::tcgetattr(STDIN_FILENO, &now);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_->settings);
  const sigset_t stop = suspension();
  (void)::raise(SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);  // here it stops
  ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
}

struct Keyboard::State {
  State() { ::pthread_sigmask(SIG_BLOCK, &signals, &before); }
  ~State() { ::pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  sigset_t signals = suspension();
  sigset_t before{};
  Handle descriptor = signal_descriptor(signals);
};

Keyboard::Keyboard(QuietTerminal& terminal)
    : terminal_(terminal), state_(std::make_unique<State>()) {}

Keyboard::~Keyboard() = default;

std::optional<char> Keyboard::next(const std::function<void()>& redraw) {
  for (;;) {
    wait(redraw);
    char byte = 0;
    const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
    if (count == 1) return byte;
    if (count == 0 || errno != EINTR) return {};
  }
}

void Keyboard::wait(const std::function<void()>& redraw) {
  const InterruptionWatch interruption;
  std::array<pollfd, 3> descriptors{{{STDIN_FILENO, POLLIN, 0},
                                     {interruption.waitable(), POLLIN, 0},
                                     {state_->descriptor.get(), POLLIN, 0}}};
  while (descriptors[0].revents == 0) {
    stop_if_signalled();
    if (take_signal(state_->descriptor, state_->signals)) {
      terminal_.suspend();
      redraw();
    }
    wait_for_any(descriptors, -1);
  }
}

unsigned terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string text = environment_variable("COLUMNS");
  unsigned columns = 0;
  std::from_chars(text.data(), text.data() + text.size(), columns);
  return columns == 0 ? kUsualColumns : columns;
}

void keep_window_open() {}

}  // namespace healthmetric::platform
