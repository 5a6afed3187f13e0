#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sender/http/url.hpp"

namespace healthmetric::forge {

/// `owner/name` on the API's host.
struct Repository {
  std::string owner;
  std::string name;

  [[nodiscard]] std::string str() const { return owner + "/" + name; }

  /// Nothing when `text` is no owner/name. GitHub has no name that ends in ".git".
  static std::optional<Repository> parse(std::string_view text);
};

/// A repository as people paste it.
struct PastedRepository {
  Repository repository;
  std::string host;  ///< lower case; empty where it was owner/name alone
  std::string site;  ///< of that host's web pages, "http://git.lan:3000"; no user in it
};

/// Reads owner/name, with ".git" or a slash behind it, what `git clone` takes (https://, ssh://,
/// git@host:), and the address of any of its pages in a browser. Nothing when it is none of these.
std::optional<PastedRepository> parse_pasted_repository(std::string_view text);

/// A repository that was not named on the command line.
struct DetectedRepository {
  Repository repository;
  std::string place;  ///< that names it, for messages: "GITHUB_REPOSITORY"
};

/// Where --repo says nothing: GITHUB_REPOSITORY, else the `origin` remote of the current directory
/// if it lies on the API's host, else the build's default; nothing when none of them is there.
/// Throws Error{usage} when what is there is no owner/name.
std::optional<DetectedRepository> detect_repository(const http::Url& api);

/// The repository that a person named, on the API's host. Throws Error{usage} that begins with
/// `where`, "--repo" for one, and says what to do when it is none or lies on another host; a
/// password in `text` is not told.
Repository parse_named_repository(const std::string& text, const std::string& where,
                                  const http::Url& api);

/// `named` (--repo and what stands for it), else what is detected, which it tells on stderr: data
/// must not be sent to an unexpected place. Nothing when there is none. Throws Error{usage} when it
/// is invalid.
std::optional<Repository> choose_repository(const std::string& named, const http::Url& api);

/// The same where there must be one: throws Error{usage} when there is none.
Repository find_repository(const std::string& named, const http::Url& api);

/// The repository a git remote names, if it lies on `host`: https://, ssh:// and host:path forms.
std::optional<Repository> repository_of_remote(std::string_view remote, std::string_view host);

/// The host that people see: "github.com" for "api.github.com".
std::string_view web_host(std::string_view api_host);

/// Of a branch's name on GitHub, whose references are "refs/heads/<name>" and have at most 255
/// bytes.
inline constexpr std::size_t kMaxBranchBytes = 244;

/// Throws Error{usage} where git would not take `branch` for a branch's name
/// (git-check-ref-format), GitHub would not, or JSON could not hold it: it must be UTF-8.
void check_branch(const std::string& branch);

}  // namespace healthmetric::forge
