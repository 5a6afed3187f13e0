#pragma once

#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace healthmetric {

/// What kind of failure happened; common/program/exit_status.hpp maps it to the process's exit
/// status.
enum class ErrorCode {
  internal,         ///< a defect in the program
  usage,            ///< bad option, no source, unreadable configuration
  nothing_to_send,  ///< the source is empty
  partly_done,      ///< something was skipped because of an error
  bad_payload,      ///< a payload that does not follow the format
  too_large,        ///< over a limit of size, count or depth
  unsafe_path,      ///< a path that could leave its folder or confuse a reader
  unauthorized,     ///< authentication or permission
  not_found,        ///< no such repository or branch, or the token cannot see it
  rate_limited,     ///< asked to wait longer than allowed
  network,          ///< no answer, or a server failure; trying again may help
  untrusted_peer,   ///< the server's certificate does not hold; trying again does not help
  not_ready,        ///< the repository cannot do it yet; the next run may try again
  refused,          ///< the repository or the receiver refused it permanently
  busy,             ///< another process holds the lock
  io,               ///< local input or output
  timed_out,        ///< what was waited for did not come
  interrupted,      ///< the person at the terminal, or SIGINT, ended it
  terminated,       ///< SIGTERM ended it
};

/// The one exception type: a message for the user and a code for the program.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

/// Throws Error{io}: "<action>: <the system's text for error_number>".
[[noreturn]] void throw_system_error(const std::string& action, int error_number);

/// Runs `action` and puts "<context>: " in front of the message of an Error that leaves it.
/// `context` makes the text, which so costs nothing as long as all goes well.
template <std::invocable Context, std::invocable Action>
decltype(auto) with_context(Context&& context, Action&& action) {
  try {
    return std::forward<Action>(action)();
  } catch (const Error& error) {
    throw Error(error.code(), std::forward<Context>(context)() + ": " + error.what());
  }
}

/// The same, with a text that is there already.
template <std::invocable Action>
decltype(auto) with_context(std::string_view context, Action&& action) {
  return with_context([&] { return std::string(context); }, std::forward<Action>(action));
}

}  // namespace healthmetric
