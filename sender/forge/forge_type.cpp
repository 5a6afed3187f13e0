#include "sender/forge/forge_type.hpp"

#include "sender/forge/gitea.hpp"
#include "sender/forge/github.hpp"

namespace healthmetric::forge {

const ForgeType& type_of(const http::Url& api) {
  static const Github github;
  static const Gitea gitea;
  if (Gitea::has_api_at(api)) return gitea;
  return github;
}

}  // namespace healthmetric::forge
