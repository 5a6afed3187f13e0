#pragma once

#include <optional>
#include <string>
#include <utility>

#include "common/base/error.hpp"
#include "tests/support/catch.hpp"

namespace healthmetric {

/// The Error that leaves `action`; nothing when none does.
template <typename Action>
std::optional<Error> error_of(Action&& action) {
  try {
    std::forward<Action>(action)();
  } catch (const Error& error) {
    return error;
  }
  return {};
}

/// The code of the Error that leaves `action`; nothing when none does.
template <typename Action>
std::optional<ErrorCode> error_code_of(Action&& action) {
  const std::optional<Error> error = error_of(std::forward<Action>(action));
  if (!error) return {};
  return error->code();
}

/// The message of the Error that leaves `action`; empty when none does.
template <typename Action>
std::string error_text_of(Action&& action) {
  const std::optional<Error> error = error_of(std::forward<Action>(action));
  return error ? error->what() : "";
}

/// Whether `action` is refused as wrong usage, with a message that has `words` in it.
template <typename Action>
bool refuses(const std::string& words, Action&& action) {
  const std::optional<Error> error = error_of(std::forward<Action>(action));
  if (error) UNSCOPED_INFO(error->what());
  return error && error->code() == ErrorCode::usage &&
         std::string(error->what()).find(words) != std::string::npos;
}

}  // namespace healthmetric
