#include "common/platform/interruption.hpp"

#include <winsock2.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>

#include "common/base/error.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {
namespace {

/// What came; kNothing until then. The system calls on_control() in a thread of its own.
constexpr DWORD kNothing = MAXDWORD;
std::atomic<DWORD> pending{kNothing};
std::atomic<SOCKET> bell{INVALID_SOCKET};

/// When a window is closed or a user logs off, the process ends as soon as this returns. So it does
/// not: main() ends first, and the process with it, or the system loses its patience after seconds.
BOOL WINAPI on_control(DWORD kind) {
  pending = kind;
  ::SetEvent(interruption_event());
  if (const SOCKET socket = bell; socket != INVALID_SOCKET) ::send(socket, "!", 1, 0);
  if (kind != CTRL_C_EVENT && kind != CTRL_BREAK_EVENT) ::Sleep(INFINITE);
  return TRUE;
}

/// A socket that is connected with itself, on this machine alone: what libcurl can wait for beside
/// its own is sockets.
SOCKET make_bell() {
  WSADATA data{};
  if (::WSAStartup(MAKEWORD(2, 2), &data) != 0) return INVALID_SOCKET;
  const SOCKET socket = ::socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
  sockaddr_in address{};
  int size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (socket != INVALID_SOCKET && ::bind(socket, plain, size) == 0 &&
      ::getsockname(socket, plain, &size) == 0 && ::connect(socket, plain, size) == 0) {
    return socket;
  }
  if (socket != INVALID_SOCKET) ::closesocket(socket);
  return INVALID_SOCKET;
}

}  // namespace

HANDLE interruption_event() {
  static HANDLE const event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  return event;
}

void watch_for_signals() {
  (void)interruption_event();
  // A program that was started in a new group of processes ignores Ctrl-C until it says otherwise.
  ::SetConsoleCtrlHandler(nullptr, FALSE);
  if (::SetConsoleCtrlHandler(&on_control, TRUE) == 0) throw_last_error("cannot watch for Ctrl-C");
}

void stop_if_signalled() {
  switch (pending) {
    case kNothing:
      return;
    case CTRL_CLOSE_EVENT:
      throw Error(ErrorCode::interrupted, "interrupted: the window was closed");
    case CTRL_LOGOFF_EVENT:
    case CTRL_SHUTDOWN_EVENT:
      throw Error(ErrorCode::interrupted, "interrupted: the user logs off, or Windows shuts down");
    default:
      throw Error(ErrorCode::interrupted, "interrupted");
  }
}

void stop_soon_if_signalled() {
  stop_if_signalled();  // without a system call
}

/// One for the process, kept until its end: none is made for a run that sends nothing.
InterruptionWatch::InterruptionWatch() {
  static const SOCKET socket = make_bell();
  if (socket == INVALID_SOCKET) {
    throw Error(ErrorCode::io, "cannot watch for Ctrl-C: Windows Sockets does not start");
  }
  bell = socket;
  if (pending != kNothing) ::send(socket, "!", 1, 0);
  handle_ = Handle(interruption_bell());
}

Handle::Native interruption_bell() {
  return static_cast<Handle::Native>(bell.load());  // INVALID_SOCKET is -1
}

void sleep_unless_signalled(Clock::duration time) {
  const auto end = std::chrono::steady_clock::now() + time;
  for (;;) {
    stop_if_signalled();
    const auto left = std::chrono::ceil<Clock::duration>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    constexpr Clock::duration::rep kMost = MAXLONG;
    ::WaitForSingleObject(interruption_event(), static_cast<DWORD>(std::min(left.count(), kMost)));
  }
}

namespace {

/// A pipe is nothing that can be waited for: whether it has something, or was closed, is asked.
void wait_for_pipe(HANDLE pipe) {
  constexpr DWORD kAskAgain = 20;  // milliseconds
  for (;;) {
    stop_if_signalled();
    DWORD available = 0;
    if (::PeekNamedPipe(pipe, nullptr, 0, nullptr, &available, nullptr) == 0 || available > 0) {
      return;
    }
    ::WaitForSingleObject(interruption_event(), kAskAgain);
  }
}

}  // namespace

void wait_for_input(const Handle& input) {
  const HANDLE handle = native(input);
  if (::GetFileType(handle) == FILE_TYPE_PIPE) return wait_for_pipe(handle);
  stop_if_signalled();
  if (::GetFileType(handle) != FILE_TYPE_CHAR) return;
  const std::array<HANDLE, 2> handles{interruption_event(), handle};
  ::WaitForMultipleObjects(2, handles.data(), FALSE, INFINITE);
  stop_if_signalled();
}

}  // namespace healthmetric::platform
