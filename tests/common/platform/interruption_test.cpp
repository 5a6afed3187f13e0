#include "common/platform/interruption.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "common/base/error.hpp"
#include "common/program/exit_status.hpp"
#include "tests/support/catch.hpp"

using namespace healthmetric;
using namespace std::chrono_literals;

namespace {

/// The exit status of a process of its own that does this: signals are of a whole process.
int status_of(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(program::run_guarded([&] {
      body();
      return program::ExitStatus::success;
    }));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("a watched signal stays pending until it is polled, and stays set") {
  const auto [signal, expected] = GENERATE(std::pair(SIGINT, 130), std::pair(SIGTERM, 143));
  CHECK(status_of([signal = signal] {
          platform::watch_for_signals();
          platform::stop_if_signalled();
          ::raise(signal);
          try {
            platform::stop_if_signalled();
          } catch (const Error&) {
            platform::stop_if_signalled();
          }
        }) == expected);
}

TEST_CASE("a signal that is not watched ends the process") {
  CHECK(status_of([] {
          (void)std::signal(SIGTERM, SIG_DFL);  // the test program has its own way
          ::raise(SIGTERM);
        }) == -SIGTERM);
}

TEST_CASE("a signal that came before a sleep ends it at once") {
  CHECK(status_of([] {
          platform::watch_for_signals();
          ::raise(SIGTERM);
          platform::sleep_unless_signalled(10min);
        }) == 143);
}

TEST_CASE("a sleep without a signal lasts as long as it should") {
  const auto begin = std::chrono::steady_clock::now();
  platform::sleep_unless_signalled(20ms);
  CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
}

TEST_CASE("a signal ends the wait for input") {
  CHECK(status_of([] {
          int ends[2] = {};
          if (::pipe(ends) != 0) throw Error(ErrorCode::internal, "no pipe");
          platform::watch_for_signals();
          ::kill(::getpid(), SIGINT);
          platform::wait_for_input(platform::Handle(ends[0]));
        }) == 130);
}

TEST_CASE("a signal takes precedence over available input") {
  CHECK(status_of([] {
          int ends[2] = {};
          if (::pipe(ends) != 0) throw Error(ErrorCode::internal, "no pipe");
          platform::watch_for_signals();
          ::close(ends[1]);  // the writer's end: there is an end of input to be read
          ::kill(::getpid(), SIGINT);
          platform::wait_for_input(platform::Handle(ends[0]));
        }) == 130);
}

TEST_CASE("a signal that comes with the input is seen before that is read") {
  CHECK(status_of([] {
          int ends[2] = {};
          if (::pipe(ends) != 0) throw Error(ErrorCode::internal, "no pipe");
          platform::watch_for_signals();
          const pid_t parent = ::getpid();
          const pid_t writer = ::fork();
          if (writer == 0) {
            ::usleep(50'000);  // the parent waits by then
            ::kill(parent, SIGTERM);
            ::_exit(0);  // which ends the input as well
          }
          ::close(ends[1]);
          platform::wait_for_input(platform::Handle(ends[0]));
        }) == 143);
}

TEST_CASE("available input is read without waiting") {
  int ends[2] = {};
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], "x", 1) == 1);
  platform::wait_for_input(platform::Handle(ends[0]));
  ::close(ends[1]);
}
