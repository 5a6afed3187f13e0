#pragma once

#include <string>
#include <vector>

#include "sender/forge/github_api.hpp"
#include "sender/forge/inspector.hpp"

namespace healthmetric::forge {

/// GitHub's answers. Contents: read and write is enough for all but workflow_state() (Actions:
/// read) and actions() (Administration: read).
class GithubInspector : public Inspector {
 public:
  GithubInspector(const Carrier& carrier, ApiAccess access);

  /// GET /rate_limit, which is not counted. An Enterprise Server without limits, or a server that
  /// is asked too often, refuses it alone.
  ServerFacts reach() override;
  RepositoryFacts repository() override;

  /// POST git/refs with an object that cannot exist: 403 comes before 422 (GitHub: permissions are
  /// checked before the request is).
  std::optional<Untold> expect_write_access() override;
  std::optional<BranchFacts> branch(const std::string& name) override;

  /// GET /commits: 409 "Git Repository is empty." A default branch that does not exist is 404.
  bool is_empty() override;
  Told<std::vector<std::string>> rules(const std::string& branch) override;
  Told<std::string> workflow_state(const std::string& file) override;
  Told<ActionsFacts> actions() override;
  [[nodiscard]] std::vector<std::string> workflow_folders() const override;

 protected:
  /// What `path` at the API's root says of the server.
  ServerFacts reach_at(const std::string& path);

 private:
  [[nodiscard]] ServerFacts facts_of(const http::Response& response) const;
  [[nodiscard]] std::string refusal_of(const http::Response& response) const;
  Told<text::Json> ask(const std::string& path, const std::string& permission);

  GithubApi api_;
  platform::Clock& clock_;
};

}  // namespace healthmetric::forge
