#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace healthmetric::model {

/// A proxy as --proxy names it: [scheme://][user:password@]host[:port].
struct Proxy {
  std::string text;
  bool is_loopback = false;
  std::string password;  ///< "" when it has none
};

/// What stands between this machine and the server.
struct NetworkOptions {
  std::optional<Proxy> proxy;        ///< nothing: from the environment, as curl reads it
  std::filesystem::path ca_bundle;   ///< whom to trust, in PEM; empty: whom the system trusts
  std::chrono::seconds timeout{60};  ///< without a byte in either direction
};

}  // namespace healthmetric::model
