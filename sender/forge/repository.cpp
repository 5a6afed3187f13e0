#include "sender/forge/repository.hpp"

#include <algorithm>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/base/version.hpp"
#include "common/payload/relative_path.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/process.hpp"
#include "common/program/log.hpp"
#include "common/text/redact.hpp"

namespace healthmetric::forge {
namespace {

constexpr std::size_t kMaxNameLength = 100;

bool is_name(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kMaxNameLength && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), is_allowed);
}

/// What git says of the current directory; "" outside a checkout or without git.
std::string origin_remote() {
  constexpr std::uint64_t kMostBytes = std::uint64_t{64} * 1024;
  try {
    const auto answer =
        platform::output_of({"git", "config", "--get", "remote.origin.url"}, kMostBytes);
    return answer ? answer->substr(0, answer->find('\n')) : "";
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io || error.code() == ErrorCode::too_large) return {};
    throw;
  }
}

/// git-check-ref-format, as far as it concerns the names of branches.
bool is_git_branch(const std::string& name) {
  const auto has = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  const bool has_bad_character = std::any_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F ||
           std::string_view("~^:?*[\\").find(c) != std::string_view::npos;
  });
  const bool bad_edge = name.starts_with('-') || name.starts_with('/') || name.starts_with('.') ||
                        name.ends_with('/') || name.ends_with('.') || name.ends_with(".lock");
  const bool bad_middle = has("..") || has("@{") || has("//") || has("/.") || has(".lock/");
  return name != "@" && name != "HEAD" && is_utf8(name) && !has_bad_character && !bad_edge &&
         !bad_middle;
}

/// Takes `prefix` off the front of `text`, if it is there.
bool consume_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::string_view web_host(std::string_view api_host) {
  return api_host.starts_with("api.") ? api_host.substr(4) : api_host;
}

std::optional<Repository> Repository::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view owner = text.substr(0, slash);
  const std::string_view name = text.substr(slash + 1);
  if (!is_name(owner) || !is_name(name) || ascii_lower(name).ends_with(".git")) return {};
  return Repository{std::string(owner), std::string(name)};
}

namespace {

/// What stands in front of the path: a host that a scheme, "host:" as git writes it, or a dot in
/// the first of three names tells of.
enum class Form { name, web, git };

struct Location {
  Form form = Form::name;
  std::string host;
  std::string site;  ///< the host's web pages: scheme, host, and a port that is not ssh's
  std::string_view path;
};

/// Up to the port; the address in brackets of an IPv6 one.
std::string_view host_in(std::string_view front) {
  const std::string_view host = front.substr(front.rfind('@') + 1);  // npos + 1 is 0
  const std::size_t bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
  return host.substr(0, bracket == std::string_view::npos ? host.find(':') : bracket + 1);
}

Location split_location(std::string_view text) {
  Location location;
  const bool is_plain_http = consume_prefix(text, "http://");
  const bool is_web = is_plain_http || consume_prefix(text, "https://");
  const bool is_git = !is_web && (consume_prefix(text, "ssh://") || consume_prefix(text, "git://"));
  const std::size_t slash = text.find('/');
  const std::size_t colon = text.find(':');
  const bool is_scp = !is_web && !is_git && colon < slash && !text.substr(colon).starts_with("://");
  const std::string_view front = text.substr(0, is_scp ? colon : slash);
  const bool is_bare_host = !is_web && !is_git && !is_scp && slash != std::string_view::npos &&
                            front.find('.') != std::string_view::npos &&
                            text.find('/', slash + 1) < text.size() - 1;
  if (!is_web && !is_git && !is_scp && !is_bare_host) return {Form::name, "", "", text};
  location.form = is_git || is_scp ? Form::git : Form::web;
  location.host = ascii_lower(host_in(front));
  location.site = (is_plain_http ? "http://" : "https://") + location.host;
  if (location.form == Form::web) {
    location.site += front.substr(front.rfind('@') + 1 + location.host.size());
  }
  location.path = text.substr(std::min(front.size() + 1, text.size()));
  return location;
}

/// "owner/name" of "owner/name/tree/main?tab=readme", which a browser shows, and of an address of
/// the API.
std::string_view first_two_names(std::string_view path, bool is_api) {
  path = path.substr(0, path.find_first_of("?#"));
  const bool is_below_root = consume_prefix(path, "api/v3/") || consume_prefix(path, "api/v1/");
  if (is_api || is_below_root) consume_prefix(path, "repos/");
  const std::size_t owner_end = path.find('/');
  if (owner_end == std::string_view::npos) return path;
  return path.substr(0, path.find('/', owner_end + 1));
}

/// Other names of one host: those of its web pages, of its API, and of ssh through a firewall.
bool is_host_of(std::string_view host, const http::Url& api) {
  for (const std::string_view prefix : {"www.", "ssh.", "api."}) {
    if (host.starts_with(prefix) && host.substr(prefix.size()) == web_host(api.host)) return true;
  }
  return host == web_host(api.host) || host == api.host;
}

/// Where the API of that host is, or why there is none.
std::string about_host(const PastedRepository& found) {
  const std::string web(web_host(found.host));
  if (web.ends_with("gitlab.com") || web.ends_with("bitbucket.org")) {
    return "that is not GitHub, and its API cannot take batches";
  }
  if (web == "github.com" || web == "www.github.com") return "add --api-url https://api.github.com";
  if (web.ends_with(".ghe.com")) return "add --api-url https://api." + web;
  return "add --api-url " + printable(found.site) + "/api/v3 (GitHub Enterprise Server) or " +
         printable(found.site) + "/api/v1 (Gitea, Forgejo)";
}

}  // namespace

std::optional<PastedRepository> parse_pasted_repository(std::string_view text) {
  const Location location = split_location(trim(text));
  std::string_view path = location.form == Form::web
                              ? first_two_names(location.path, location.host.starts_with("api."))
                              : location.path;
  while (location.form == Form::git && path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (ascii_lower(path).ends_with(".git")) path.remove_suffix(4);
  auto repository = Repository::parse(path);
  if (!repository || (location.form != Form::name && location.host.empty())) return {};
  return PastedRepository{*std::move(repository), location.host, location.site};
}

std::optional<Repository> repository_of_remote(std::string_view remote, std::string_view host) {
  auto found = parse_pasted_repository(remote);
  if (!found || found->host != host) return {};
  return std::move(found->repository);
}

Repository parse_named_repository(const std::string& text, const std::string& where,
                                  const http::Url& api) {
  auto found = parse_pasted_repository(text);
  if (!found) {
    throw Error(ErrorCode::usage, where + ": invalid repository " +
                                      in_quotes(text::redact_user_info(text)) +
                                      ": expected owner/name");
  }
  if (found->host.empty() || is_host_of(found->host, api)) return std::move(found->repository);
  throw Error(ErrorCode::usage, fmt::format("{}: {} is on {}, and the API is at {}: {}", where,
                                            in_quotes(found->repository.str()),
                                            in_quotes(found->host), api.host, about_host(*found)));
}

std::optional<DetectedRepository> detect_repository(const http::Url& api) {
  const auto named_by = [&](const std::string& place, const std::string& text) {
    return DetectedRepository{parse_named_repository(text, place, api), place};
  };
  constexpr const char* kVariable = "GITHUB_REPOSITORY";
  const std::string named = platform::environment_variable(kVariable);
  if (!named.empty()) return named_by(kVariable, named);
  if (auto repository = repository_of_remote(origin_remote(), web_host(api.host))) {
    return DetectedRepository{*repository, "the remote 'origin' of the clone here"};
  }
  const std::string of_build = kDefaultRepository;
  if (of_build.empty()) return {};
  return named_by("the build's default repository", of_build);
}

std::optional<Repository> choose_repository(const std::string& named, const http::Url& api) {
  if (!named.empty()) return parse_named_repository(named, "--repo", api);
  const auto detected = detect_repository(api);
  if (!detected) return {};
  log::info("no --repo given: using " + detected->repository.str() + ", " + detected->place);
  return detected->repository;
}

Repository find_repository(const std::string& named, const http::Url& api) {
  if (auto repository = choose_repository(named, api)) return *repository;
  throw Error(ErrorCode::usage, "no repository: name it with --repo owner/name");
}

void check_branch(const std::string& branch) {
  const auto fail = [&](const std::string& advice) {
    throw Error(ErrorCode::usage, "invalid branch name " + in_quotes(branch) + advice);
  };
  if (branch.size() > kMaxBranchBytes) fail(fmt::format(": longer than {} bytes", kMaxBranchBytes));
  if (branch.starts_with("refs/")) fail(": use the name without refs/heads/");
  if (!is_git_branch(branch)) fail("");
}

}  // namespace healthmetric::forge
