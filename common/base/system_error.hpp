#pragma once

#include <string>
#include <system_error>

#include "common/base/error.hpp"

namespace healthmetric {

/// What the system says is wrong, in the words that are the same on each where it has them.
std::string reason_of(const std::error_code& error);

/// Throws Error{io}: "<action>: <the reason>".
[[noreturn]] void throw_system_error(const std::string& action, const std::error_code& error);

}  // namespace healthmetric
