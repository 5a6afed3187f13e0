#pragma once

#include "common/program/command.hpp"

namespace healthmetric::sender {

inline constexpr const char* kProgramName = "healthmetric-sender";

/// The sender, with all its commands. The command line wins over HEALTHMETRIC_<OPTION>, that over
/// the profile in the configuration file, and that over the rest of the file.
program::Program make_program();

}  // namespace healthmetric::sender
