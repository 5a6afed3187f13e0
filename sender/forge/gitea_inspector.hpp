#pragma once

#include "sender/forge/github_inspector.hpp"

namespace healthmetric::forge {

/// The answers of Gitea and Forgejo, where they are not GitHub's: neither tells what a token may do
/// without something being written, nor which rules hold for a branch.
class GiteaInspector final : public GithubInspector {
 public:
  using GithubInspector::GithubInspector;

  /// GET /version
  ServerFacts reach() override;

  /// Of the account alone.
  std::optional<Untold> expect_write_access() override;
  Told<std::vector<std::string>> rules(const std::string& branch) override;
  Told<ActionsFacts> actions() override;
  [[nodiscard]] std::vector<std::string> workflow_folders() const override;
};

}  // namespace healthmetric::forge
