#include "sender/forge/gitea.hpp"

#include "sender/forge/gitea_inspector.hpp"

namespace healthmetric::forge {
namespace {

constexpr std::string_view kApiPath = "/api/v1";

}  // namespace

bool Gitea::has_api_at(const http::Url& api) {
  return api.path.ends_with(kApiPath);
}

std::string Gitea::repository_page(const http::Url& api, const std::string& repository) const {
  const std::string above = api.path.substr(0, api.path.size() - kApiPath.size());
  const std::string below = above.empty() ? repository : above.substr(1) + "/" + repository;
  return Github::repository_page(api, below);
}

std::string Gitea::token_page(const http::Url& api) const {
  return repository_page(api, "user/settings/applications");
}

std::string_view Gitea::token_permission() const {
  return "write:repository";
}

std::unique_ptr<Inspector> Gitea::inspect(const Carrier& carrier, ApiAccess access) const {
  return std::make_unique<GiteaInspector>(carrier, std::move(access));
}

std::optional<std::uint64_t> Gitea::max_file_bytes(const http::Url& /*api*/) const {
  return {};
}

}  // namespace healthmetric::forge
