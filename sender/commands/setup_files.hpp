#pragma once

#include <filesystem>
#include <string>

namespace healthmetric::sender {

/// The files that `setup` writes.
struct SetupFiles {
  std::filesystem::path config;
  std::string config_text;
  std::filesystem::path token;
  std::string token_text;
};

/// Writes both, each with mode 0600, whole or not at all, and durably. If the configuration cannot
/// be written, the token's file is as it was. Removes what an earlier set-up that was killed left
/// unfinished there. Throws Error{io}.
void write_setup(const SetupFiles& files);

/// Writes the token alone, in the same way.
void write_token(const SetupFiles& files);

}  // namespace healthmetric::sender
