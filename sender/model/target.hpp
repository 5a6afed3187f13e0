#pragma once

#include <string>

#include "sender/model/trigger.hpp"

namespace healthmetric::model {

/// Where a batch goes. Batches for other targets wait for a run of their own.
struct Target {
  std::string api_url;
  std::string repository;
  std::string branch;  ///< empty: the repository's default
  Trigger trigger = Trigger::dispatch;

  /// True when both are the same repository and branch.
  [[nodiscard]] bool same_destination(const Target& other) const {
    return api_url == other.api_url && repository == other.repository && branch == other.branch;
  }

  friend bool operator==(const Target&, const Target&) = default;
};

}  // namespace healthmetric::model
