#pragma once

#include <optional>
#include <string_view>

namespace healthmetric::model {

/// What starts the receiver's workflow once a batch is in the repository.
enum class Trigger {
  dispatch,  ///< a `repository_dispatch` event
  push,      ///< the commit of the last part itself
  workflow,  ///< a `workflow_dispatch`
  none,      ///< nothing; a schedule or a person does
};

/// As on the command line.
constexpr std::string_view to_text(Trigger trigger) {
  switch (trigger) {
    case Trigger::dispatch:
      return "dispatch";
    case Trigger::push:
      return "push";
    case Trigger::workflow:
      return "workflow";
    case Trigger::none:
      return "none";
  }
  return "";
}

/// Nullopt if `text` is none of them.
constexpr std::optional<Trigger> parse_trigger(std::string_view text) {
  for (const Trigger trigger :
       {Trigger::dispatch, Trigger::push, Trigger::workflow, Trigger::none}) {
    if (to_text(trigger) == text) return trigger;
  }
  return {};
}

}  // namespace healthmetric::model
