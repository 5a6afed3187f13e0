#include "sender/check/workflow_checks.hpp"

#include <algorithm>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::check {
namespace {

constexpr std::size_t kMostWorkflows = 50;
constexpr std::size_t kMaxWorkflowBytes = std::size_t{256} * 1024;

/// What --trigger workflow starts by name, and --trigger dispatch as an event.
constexpr const char* kWorkflowFile = "data-receiver.yml";
constexpr const char* kEventType = "data_update";

constexpr const char* kHowToAdd =
    "add the receiver's workflow, as in README, 'A repository for data "
    "only'";

constexpr const char* kHowToReplace =
    "replace OWNER/REPOSITORY there with the repository of healthmetric-receiver, and COMMIT with "
    "the commit of its release, as in README, 'A repository for data only'";

bool is_workflow(const std::string& name) {
  return name.ends_with(".yml") || name.ends_with(".yaml");
}

/// What the trigger needs a workflow to listen to.
std::string_view wanted(model::Trigger trigger) {
  switch (trigger) {
    case model::Trigger::dispatch:
      return "repository_dispatch of the type data_update";
    case model::Trigger::push:
      return "push";
    case model::Trigger::workflow:
      return "workflow_dispatch";
    case model::Trigger::none:
      return "schedule or workflow_dispatch";
  }
  return "";
}

bool is_started_by(const WorkflowTriggers& triggers, model::Trigger trigger) {
  switch (trigger) {
    case model::Trigger::dispatch:
      return triggers.takes_dispatch(kEventType);
    case model::Trigger::push:
      return triggers.has("push");
    case model::Trigger::workflow:
      return triggers.has("workflow_dispatch");
    case model::Trigger::none:
      return triggers.has("schedule") || triggers.has("workflow_dispatch");
  }
  return false;
}

bool has_unreadable(const Workflows& workflows) {
  return std::any_of(workflows.begin(), workflows.end(),
                     [](const auto& workflow) { return !workflow.second.triggers; });
}

}  // namespace

Workflows workflows_of(forge::Forge& forge, const forge::Inspector& inspector) {
  Workflows workflows;
  for (const std::string& folder : inspector.workflow_folders()) {
    for (const std::string& name : forge.list(folder)) {
      if (workflows.size() == kMostWorkflows) return workflows;
      if (!is_workflow(name) || workflows.contains(name)) continue;
      const auto text = forge.read_beginning(fmt::format("{}/{}", folder, name), kMaxWorkflowBytes);
      if (text) workflows[name] = {triggers_of(*text), find_placeholder(*text)};
    }
  }
  return workflows;
}

/// Any may listen to an event; one that is started by name has that name.
std::string receiving_workflow(const Workflows& workflows, model::Trigger trigger) {
  const auto is_one = [&](const auto& workflow) {
    return workflow.second.triggers && is_started_by(*workflow.second.triggers, trigger);
  };
  const auto usual = workflows.find(kWorkflowFile);
  if (usual != workflows.end() && is_one(*usual)) return usual->first;
  if (trigger == model::Trigger::workflow) return {};
  const auto found = std::find_if(workflows.begin(), workflows.end(), is_one);
  return found == workflows.end() ? "" : found->first;
}

Finding check_workflow(const Workflows& workflows, const std::string& branch) {
  constexpr const char* kCheck = "workflow";
  const std::string where = printable(branch);
  if (workflows.empty()) return failed(kCheck, "there is no workflow on " + where, kHowToAdd);
  for (const auto& [file, workflow] : workflows) {
    if (!workflow.placeholder) continue;
    return failed(kCheck,
                  fmt::format("{}, line {}: {} has placeholders", printable(file),
                              workflow.placeholder->line, in_quotes(workflow.placeholder->text)),
                  kHowToReplace);
  }
  return ok(kCheck, counted(workflows.size(), "workflow", "workflows") + " on " + where);
}

Finding check_workflow_trigger(const Workflows& workflows, const model::Target& target) {
  constexpr const char* kCheck = "workflow-trigger";
  const std::string file = receiving_workflow(workflows, target.trigger);
  const std::string what(wanted(target.trigger));
  if (!file.empty()) return ok(kCheck, printable(file) + " listens to " + what);
  const std::string found =
      target.trigger == model::Trigger::workflow
          ? fmt::format("there is no {} that listens to {}", kWorkflowFile, what)
          : "no workflow listens to " + what;
  if (has_unreadable(workflows)) {
    return warning(kCheck, found + ", as far as they can be read",
                   "make sure that it is listed below 'on:' there, or use another --trigger");
  }
  return failed(kCheck, found, std::string(kHowToAdd) + ", or use another --trigger");
}

Finding check_workflow_state(forge::Inspector& inspector, const std::string& file) {
  constexpr const char* kCheck = "workflow-state";
  const auto answer = inspector.workflow_state(file);
  if (const auto* const untold = std::get_if<forge::Untold>(&answer)) {
    return skipped(kCheck, untold->why);
  }
  const auto& state = std::get<std::string>(answer);
  if (state == "active") return ok(kCheck, printable(file) + " is enabled");
  return failed(kCheck, fmt::format("{} is {}", printable(file), state.empty() ? "off" : state),
                "enable it on the repository's Actions page");
}

Finding check_actions(forge::Inspector& inspector) {
  constexpr const char* kCheck = "actions";
  const auto answer = inspector.actions();
  if (const auto* const untold = std::get_if<forge::Untold>(&answer)) {
    return skipped(kCheck, untold->why);
  }
  const auto& facts = std::get<forge::ActionsFacts>(answer);
  const std::string where = "in the repository's Settings, Actions, General";
  if (!facts.are_enabled) return failed(kCheck, "Actions are disabled", "allow them, " + where);
  if (facts.allowed.empty() || facts.allowed == "all") return ok(kCheck, "Actions are allowed");
  return warning(kCheck, "only some actions are allowed (" + facts.allowed + ")",
                 "make sure that those the workflow uses are among them, " + where);
}

}  // namespace healthmetric::check
