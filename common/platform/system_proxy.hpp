#pragma once

#include <optional>
#include <string>

namespace healthmetric::platform {

/// The static proxy that a user's settings name, in the system's own words.
struct SystemProxy {
  std::string servers;  ///< "proxy.lan:3128", or by scheme: "http=a.lan:80;https=b.lan:3128"
  std::string bypass;   ///< what is reached without: "*.lan;10.*;<local>"
};

/// nullopt where the settings name none, and on systems that do not keep them in one place. Scripts
/// that choose one (PAC) are not evaluated.
std::optional<SystemProxy> system_proxy();

}  // namespace healthmetric::platform
