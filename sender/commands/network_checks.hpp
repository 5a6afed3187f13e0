#pragma once

#include <filesystem>

/// What options and environment say of the network, looked at before anything is packed: what
/// cannot be meant would otherwise be told by libcurl, with passwords, as a failure that may pass.

namespace healthmetric::sender {

/// Throws Error{usage} that names the variable when the environment names a proxy that is none.
/// libcurl reads these where no --proxy is given. Their passwords are hidden from now on.
void check_proxies_of_environment();

/// Throws Error{usage} when a file of certificate authorities (--ca-bundle) has none in PEM.
void check_ca_bundle(const std::filesystem::path& file);

}  // namespace healthmetric::sender
