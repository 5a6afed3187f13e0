#pragma once

#include "sender/forge/forge_type.hpp"

namespace healthmetric::forge {

/// GitHub itself, and Enterprise Server.
class Github : public ForgeType {
 public:
  [[nodiscard]] std::string_view name() const override { return "GitHub"; }

  /// GH_TOKEN, GITHUB_TOKEN for github.com; GH_ENTERPRISE_TOKEN, GITHUB_ENTERPRISE_TOKEN for other
  /// hosts, so that a token never reaches a host it was not made for; any of the four for a
  /// loopback address.
  [[nodiscard]] std::vector<std::string> token_variables(const http::Url& api) const override;
  [[nodiscard]] std::string_view token_permission() const override;

  [[nodiscard]] std::string token_page(const http::Url& api) const override;

  /// On the host of the API, without the "api." in front of github.com.
  [[nodiscard]] std::string repository_page(const http::Url& api,
                                            const std::string& repository) const override;
  [[nodiscard]] std::string runs_page(const http::Url& api,
                                      const std::string& repository) const override;

  /// Known for servers that GitHub runs; an Enterprise Server may have other limits.
  [[nodiscard]] std::optional<std::uint64_t> max_file_bytes(const http::Url& api) const override;

  [[nodiscard]] bool can_begin_inbox_branches() const override { return true; }

  [[nodiscard]] Cost cost_of(std::uint64_t parts, const Forge::Start& start) const override;

  [[nodiscard]] std::unique_ptr<Forge> connect(const Carrier& carrier,
                                               ApiAccess access) const override;
  [[nodiscard]] std::unique_ptr<Inspector> inspect(const Carrier& carrier,
                                                   ApiAccess access) const override;
};

}  // namespace healthmetric::forge
