#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace healthmetric::check {

/// What a workflow listens to.
struct WorkflowTriggers {
  std::set<std::string> events;  ///< "push", "repository_dispatch"
  /// Of repository_dispatch; nullopt: all types.
  std::optional<std::set<std::string>> dispatch_types;

  [[nodiscard]] bool has(const std::string& event) const { return events.contains(event); }
  [[nodiscard]] bool takes_dispatch(const std::string& type) const;
};

/// Reads `on:` of a workflow file: as much of YAML as workflows are written in (block and flow
/// collections, quoted and plain scalars, comments; no anchors, tags or block scalars). Nullopt if
/// there is no `on:`, or it is written in another way.
std::optional<WorkflowTriggers> triggers_of(std::string_view workflow);

}  // namespace healthmetric::check
