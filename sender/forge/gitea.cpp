#include "sender/forge/gitea.hpp"

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

std::optional<std::uint64_t> Gitea::max_file_bytes(const http::Url& /*api*/) const {
  return {};
}

}  // namespace healthmetric::forge
