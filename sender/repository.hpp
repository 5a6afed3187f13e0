#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sender/url.hpp"

namespace healthmetric {

/// `owner/name` on the API's host.
struct Repository {
  std::string owner;
  std::string name;

  [[nodiscard]] std::string str() const { return owner + "/" + name; }

  /// Nothing when `text` is no owner/name.
  static std::optional<Repository> parse(std::string_view text);
};

/// The repository to send to: `named` (--repo and what stands for it), else GITHUB_REPOSITORY,
/// else the `origin` remote of the current directory if it lies on the API's host, else the
/// build's default. Throws Error{usage} when there is none or it is no owner/name.
Repository find_repository(const std::string& named, const Url& api);

/// The same where --repo says nothing; nothing when none is found.
std::optional<Repository> detect_repository(const Url& api);

/// The repository a git remote names, if it lies on `host`: https://, ssh:// and host:path forms.
std::optional<Repository> repository_of_remote(std::string_view remote, std::string_view host);

/// Where people see a repository ("owner/name") of that API.
std::string web_url(const Url& api, const std::string& repository);

/// Throws Error{usage} when git would not take `branch` for a branch's name (git-check-ref-format).
void check_branch(const std::string& branch);

}  // namespace healthmetric
