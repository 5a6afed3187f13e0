#include "sender/forge/gitea_inspector.hpp"

namespace healthmetric::forge {
namespace {

constexpr const char* kCannotBeAsked = "Gitea and Forgejo cannot be asked";

}  // namespace

ServerFacts GiteaInspector::reach() {
  return reach_at("/version");
}

std::optional<Untold> GiteaInspector::expect_write_access() {
  const RepositoryFacts facts = repository();
  if (!facts.may_push) {
    throw Error(ErrorCode::unauthorized, "the token's account may not write to " + facts.full_name +
                                             ": make it a collaborator");
  }
  return Untold{
      "the token's account may write; whether the token may, these servers tell only once "
      "something "
      "is written: it needs the scope write:repository"};
}

Told<std::vector<std::string>> GiteaInspector::rules(const std::string& /*branch*/) {
  return Untold{kCannotBeAsked};
}

Told<ActionsFacts> GiteaInspector::actions() {
  return Untold{kCannotBeAsked};
}

std::vector<std::string> GiteaInspector::workflow_folders() const {
  return {".gitea/workflows", ".forgejo/workflows", ".github/workflows"};
}

}  // namespace healthmetric::forge
