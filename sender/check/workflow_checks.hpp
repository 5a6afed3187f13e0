#pragma once

#include <map>
#include <optional>
#include <string>

#include "sender/check/finding.hpp"
#include "sender/check/workflow_placeholders.hpp"
#include "sender/check/workflow_triggers.hpp"
#include "sender/forge/forge.hpp"
#include "sender/forge/inspector.hpp"
#include "sender/model/target.hpp"

/// Checks of the workflow that receives.

namespace healthmetric::check {

struct Workflow {
  std::optional<WorkflowTriggers> triggers;  ///< nullopt: written in a way that is not read here
  std::optional<Placeholder> placeholder;
};

/// The workflows of a repository, by the names of their files.
using Workflows = std::map<std::string, Workflow>;

/// Reads the workflows on the branch of `forge`, at most 50. Throws what the forge throws.
Workflows workflows_of(forge::Forge& forge, const forge::Inspector& inspector);

/// The file of the one that the target's trigger starts; "" if there is none.
std::string receiving_workflow(const Workflows& workflows, model::Trigger trigger);

/// `workflow`: there is one on the branch that it must be on, and none has a placeholder.
Finding check_workflow(const Workflows& workflows, const std::string& branch);

/// `workflow-trigger`: one of them listens to what the sender does.
Finding check_workflow_trigger(const Workflows& workflows, const model::Target& target);

/// `workflow-state`: it is enabled, as far as this token is told. Throws what the forge throws.
Finding check_workflow_state(forge::Inspector& inspector, const std::string& file);

/// `actions`: workflows may run, and use the actions they need, as far as this token is told.
/// Throws what the forge throws.
Finding check_actions(forge::Inspector& inspector);

}  // namespace healthmetric::check
