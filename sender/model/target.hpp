#pragma once

#include <string>

#include "sender/model/trigger.hpp"

namespace healthmetric::model {

/// The inbox branch of a target branch, "" for the repository's default. The receiver drains it
/// into that branch alone.
inline std::string inbox_branch_for(const std::string& branch) {
  return branch.empty() ? "healthmetric/inbox" : "healthmetric/inbox-for-" + branch;
}

/// Where a batch goes. Batches for other targets wait for a run of their own.
struct Target {
  std::string api_url;
  std::string repository;
  std::string branch;  ///< where files are stored; empty: the repository's default
  Trigger trigger = Trigger::dispatch;
  std::string inbox_branch;  ///< where payloads wait; empty: on the branch itself

  /// The branch that payloads go to; empty: the repository's default.
  [[nodiscard]] const std::string& payload_branch() const {
    return inbox_branch.empty() ? branch : inbox_branch;
  }

  /// True if both are the same repository and branch, whatever their inbox branch and trigger.
  [[nodiscard]] bool same_destination(const Target& other) const {
    return api_url == other.api_url && repository == other.repository && branch == other.branch;
  }

  friend bool operator==(const Target&, const Target&) = default;
};

}  // namespace healthmetric::model
