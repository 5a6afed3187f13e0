#include "sender/forge/github.hpp"

#include "common/payload/batch.hpp"
#include "sender/forge/github_client.hpp"
#include "sender/forge/github_inspector.hpp"
#include "sender/forge/github_pacing.hpp"

namespace healthmetric::forge {
namespace {

constexpr std::uint64_t kMaxFileBytes = 100 * payload::kMiB;

bool is_run_by_github(const http::Url& api) {
  return api.host == "github.com" || api.host == "api.github.com" || api.host.ends_with(".ghe.com");
}

/// What starts the workflow, in requests.
std::uint64_t start_requests(const Forge::Start& start) {
  switch (start.trigger) {
    case model::Trigger::dispatch:
      return 1;
    case model::Trigger::workflow:
      return start.branch.empty() ? 2 : 1;  // it asks for the default branch first
    case model::Trigger::push:
    case model::Trigger::none:
      return 0;
  }
  return 0;
}

}  // namespace

std::vector<std::string> Github::token_variables(const http::Url& api) const {
  const std::vector<std::string> own = {"GH_TOKEN", "GITHUB_TOKEN"};
  const std::vector<std::string> other = {"GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"};
  if (!api.is_loopback()) return is_run_by_github(api) ? own : other;
  std::vector<std::string> any = own;
  any.insert(any.end(), other.begin(), other.end());
  return any;
}

std::string_view Github::token_permission() const {
  return kWriteContents;
}

std::string Github::token_page(const http::Url& api) const {
  return repository_page(api, "settings/personal-access-tokens/new");
}

std::string Github::repository_page(const http::Url& api, const std::string& repository) const {
  const bool has_usual_port = api.port == (api.scheme == "https" ? "443" : "80");
  return api.scheme + "://" + std::string(web_host(api.host)) +
         (has_usual_port ? "" : ":" + api.port) + "/" + repository;
}

std::string Github::runs_page(const http::Url& api, const std::string& repository) const {
  return repository_page(api, repository) + "/actions";
}

std::optional<std::uint64_t> Github::max_file_bytes(const http::Url& api) const {
  return is_run_by_github(api) ? std::optional(kMaxFileBytes) : std::nullopt;
}

Cost Github::cost_of(std::uint64_t parts, const Forge::Start& start) const {
  const std::uint64_t requests = parts + start_requests(start);
  return {requests, least_duration(requests)};
}

std::unique_ptr<Forge> Github::connect(const Carrier& carrier, ApiAccess access) const {
  return std::make_unique<GithubClient>(carrier, std::move(access));
}

std::unique_ptr<Inspector> Github::inspect(const Carrier& carrier, ApiAccess access) const {
  return std::make_unique<GithubInspector>(carrier, std::move(access));
}

}  // namespace healthmetric::forge
