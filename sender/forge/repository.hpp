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

  /// Nullopt if `text` is not owner/name. On GitHub no name ends in ".git".
  static std::optional<Repository> parse(std::string_view text);
};

/// A repository as people paste it.
struct PastedRepository {
  Repository repository;
  std::string host;  ///< lower case; empty if it was owner/name alone
  std::string site;  ///< of that host's web pages, "http://git.lan:3000"; no user in it
};

/// Parses owner/name, with or without ".git" or a slash at the end, an address for `git clone`
/// (https://, ssh://, git@host:), or that of any of its web pages. Nullopt if it is none of these.
std::optional<PastedRepository> parse_pasted_repository(std::string_view text);

/// A repository that was not named on the command line.
struct DetectedRepository {
  Repository repository;
  std::string place;  ///< that names it, for messages: "GITHUB_REPOSITORY"
};

/// The repository without --repo: GITHUB_REPOSITORY, else the `origin` remote of the current
/// directory if it is on the API's host, else the build's default; nullopt if there is none. Throws
/// Error{usage} if the first of these that is set is not owner/name.
std::optional<DetectedRepository> detect_repository(const http::Url& api);

/// The repository that a person named, on the API's host. Throws Error{usage} that begins with
/// `where`, for example "--repo", and says what to do if it is invalid or on another host; a
/// password in `text` is not shown.
Repository parse_named_repository(const std::string& text, const std::string& where,
                                  const http::Url& api);

/// `named` (the value of --repo), else the detected repository, which is reported on stderr: data
/// must not be sent to an unexpected place. Nullopt if there is none. Throws Error{usage} if it is
/// invalid.
std::optional<Repository> choose_repository(const std::string& named, const http::Url& api);

/// The same, but throws Error{usage} if there is none.
Repository find_repository(const std::string& named, const http::Url& api);

/// The repository of a git remote, if it is on `host`: https://, ssh:// and host:path forms.
std::optional<Repository> repository_of_remote(std::string_view remote, std::string_view host);

/// The host that people see: "github.com" for "api.github.com".
std::string_view web_host(std::string_view api_host);

/// Of a branch's name on GitHub, whose references are "refs/heads/<name>" and have at most 255
/// bytes.
inline constexpr std::size_t kMaxBranchBytes = 244;

/// Throws Error{usage} unless `branch` is a valid branch name for git (git-check-ref-format) and
/// for GitHub, and is UTF-8, as JSON requires.
void check_branch(const std::string& branch);

}  // namespace healthmetric::forge
