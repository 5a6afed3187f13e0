#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/platform/clock.hpp"
#include "common/program/exit_status.hpp"
#include "sender/commands/asker.hpp"
#include "sender/commands/config_profile.hpp"
#include "sender/commands/options.hpp"

namespace healthmetric::sender {

/// What `setup` was told on the command line.
struct SetupRequest {
  Options options;  ///< its repository is empty if it is to be asked for
  std::filesystem::path config;
  bool config_is_default = true;
  std::string profile;       ///< to write; empty: asked for, if there is a configuration
  ProfileSettings settings;  ///< beside repository and token file
  std::vector<std::string> options_of_file;  ///< that may be set in the file
};

/// Asks for the repository and a token, writes both down once that was agreed to, makes the checks
/// of `doctor` and offers a round trip. Before the agreement nothing is written. Returns the status
/// of the checks. Throws Error{interrupted} and Error{terminated}, which say whether something was
/// written.
program::ExitStatus set_up(SetupRequest request, Asker& asker, platform::Clock& clock);

}  // namespace healthmetric::sender
