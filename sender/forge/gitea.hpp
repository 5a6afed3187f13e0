#pragma once

#include "sender/forge/github.hpp"

namespace healthmetric::forge {

/// Gitea and Forgejo, whose API is GitHub's except for what is defined here and for the meaning of
/// their answers (sender/forge/github_answers).
class Gitea final : public Github {
 public:
  /// Both have their API at <address>/api/v1; no other server does.
  static bool has_api_at(const http::Url& api);

  [[nodiscard]] std::string_view name() const override { return "Gitea or Forgejo"; }

  [[nodiscard]] bool can_begin_inbox_branches() const override { return false; }

  /// In the path above the API, which may not be the root of its host.
  [[nodiscard]] std::string repository_page(const http::Url& api,
                                            const std::string& repository) const override;

  [[nodiscard]] std::string token_page(const http::Url& api) const override;

  [[nodiscard]] std::string_view token_permission() const override;

  [[nodiscard]] std::unique_ptr<Inspector> inspect(const Carrier& carrier,
                                                   ApiAccess access) const override;

  /// Not known: the server's administrator sets it.
  [[nodiscard]] std::optional<std::uint64_t> max_file_bytes(const http::Url& api) const override;
};

}  // namespace healthmetric::forge
