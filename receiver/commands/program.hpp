#pragma once

#include "common/program/command.hpp"

namespace healthmetric::receiver {

inline constexpr const char* kProgramName = "healthmetric-receiver";

/// The receiver, with all its commands. The command line wins over HEALTHMETRIC_<OPTION>.
program::Program make_program();

}  // namespace healthmetric::receiver
