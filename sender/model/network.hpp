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
  std::string password;  ///< "" if it has none
};

/// How to connect to the server.
struct NetworkOptions {
  std::optional<Proxy> proxy;        ///< nullopt: the environment's, else the system's
  std::filesystem::path ca_bundle;   ///< certificate authorities, in PEM; empty: the system's
  std::chrono::seconds timeout{60};  ///< without a byte in either direction
};

}  // namespace healthmetric::model
