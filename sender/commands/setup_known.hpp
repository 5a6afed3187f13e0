#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sender/commands/config_file.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {

/// A section of sender.toml that sends to a repository already.
struct KnownTarget {
  std::string profile;  ///< empty: what is in no section
  std::filesystem::path token_file;
};

/// Where a set-up would go.
struct WantedTarget {
  std::string repository;
  std::string api_url;
  bool is_default_api;  ///< what a run uses that nobody tells another
  std::string profile;  ///< the one that was asked for; empty: any
};

/// The one of these settings, with a token file of its own, that sends there.
std::optional<KnownTarget> find_known(const ConfigSettings& settings, const WantedTarget& wanted,
                                      const http::Url& api);

}  // namespace healthmetric::sender
