#include "sender/check/workflow_triggers.hpp"

#include <string>

#include "tests/support/catch.hpp"

namespace healthmetric::check {
namespace {

using Names = std::set<std::string>;

Names events_of(std::string_view workflow) {
  const auto triggers = triggers_of(workflow);
  return triggers ? triggers->events : Names{"unreadable"};
}

bool takes_updates(std::string_view workflow) {
  const auto triggers = triggers_of(workflow);
  return triggers && triggers->takes_dispatch("data_update");
}

}  // namespace

TEST_CASE("events are read in each form that workflows have") {
  CHECK(events_of("on: push\n") == Names{"push"});
  CHECK(events_of("on: [push, workflow_dispatch]\n") == Names{"push", "workflow_dispatch"});
  CHECK(events_of("'on':\n- push\n- schedule\njobs:\n") == Names{"push", "schedule"});
  CHECK(events_of("\"on\":\r\n  push:\r\n  schedule:\r\n    - cron: '1 2 * * *'\r\njobs: {}\r\n") ==
        Names{"push", "schedule"});
  CHECK(events_of("on: {push: {branches: [main, 'a: b']}, schedule: [x]} # c\n") ==
        Names{"push", "schedule"});
  CHECK(events_of("on: [push,\n  schedule]\n") == Names{"push", "schedule"});
}

TEST_CASE("values that say nothing here are passed over") {
  CHECK(events_of("name: on\n# on: push\non:\n  workflow_dispatch:\n    inputs:\n      x:\n"
                  "        description: Don't push, it's: odd\n        default: >\n          a: b\n"
                  "          on: c\n  push:\n") == Names{"push", "workflow_dispatch"});
}

TEST_CASE("types of a dispatch decide") {
  CHECK(takes_updates("on: repository_dispatch\n"));
  CHECK(takes_updates("on:\n  repository_dispatch:\n"));
  CHECK(takes_updates("on:\n  repository_dispatch:\n    types: [data_update]\n"));
  CHECK(takes_updates("on:\n  repository_dispatch:\n    types: data_update\n"));
  CHECK(takes_updates(
      "on:\n  repository_dispatch:\n    types:\n    - other\n    - \"data_update\"\n"));
  CHECK(takes_updates("on: {repository_dispatch: {types: [a, data_update]}}\n"));
  CHECK_FALSE(takes_updates("on:\n  repository_dispatch:\n    types: [other]\n"));
  CHECK_FALSE(takes_updates("on:\n  push:\n    types: [data_update]\n"));
  CHECK_FALSE(takes_updates("on: {repository_dispatch: {types: [a]}}\n"));
}

TEST_CASE("what cannot be read is not guessed") {
  CHECK_FALSE(triggers_of(""));
  CHECK_FALSE(triggers_of("name: x\njobs:\n  on: push\n"));
  CHECK_FALSE(triggers_of("on: [push, }\n"));
  CHECK_FALSE(triggers_of("on: [push\n"));
  CHECK_FALSE(triggers_of("on: " + std::string(100, '[') + std::string(100, ']') + "\n"));
  CHECK_FALSE(triggers_of("on:\n  push\n"));
  std::string deep = "on:\n";
  for (int i = 1; i < 100; ++i) deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK_FALSE(triggers_of(deep));
}

}  // namespace healthmetric::check
