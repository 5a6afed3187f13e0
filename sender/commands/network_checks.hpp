#pragma once

#include <filesystem>

/// Checks the network settings in options and environment before anything is packed: libcurl would
/// report invalid ones as temporary failures, and show passwords.

namespace healthmetric::sender {

/// Throws Error{usage} that names the variable if the environment has an invalid proxy. libcurl
/// reads these if no --proxy is given. Their passwords are hidden in the log from now on.
void check_proxies_of_environment();

/// Throws Error{usage} if the file of --ca-bundle has no certificate in PEM.
void check_ca_bundle(const std::filesystem::path& file);

}  // namespace healthmetric::sender
