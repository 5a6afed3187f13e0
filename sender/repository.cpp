#include "sender/repository.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "common/ascii.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/printable.hpp"
#include "common/relative_path.hpp"
#include "common/version.hpp"

namespace healthmetric {
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

/// The host users see: "github.com" for "api.github.com".
std::string_view web_host(const Url& api) {
  const std::string_view host = api.host;
  return host.starts_with("api.") ? host.substr(4) : host;
}

struct ClosePipe {
  void operator()(std::FILE* pipe) const noexcept { ::pclose(pipe); }
};

/// What git says of the current directory; "" outside a checkout or without git.
std::string origin_remote() {
  const std::unique_ptr<std::FILE, ClosePipe> pipe(
      // A constant command line: nothing of it comes from outside.
      ::popen("git config --get remote.origin.url 2>/dev/null", "r"));  // NOLINT(cert-env33-c)
  if (!pipe) return {};
  std::array<char, 1024> line{};
  if (std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) == nullptr) return {};
  std::string remote(line.data());
  if (remote.ends_with('\n')) remote.pop_back();
  return remote;
}

/// Takes `prefix` off the front of `text`, if it is there.
bool consume_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::optional<Repository> Repository::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view owner = text.substr(0, slash);
  const std::string_view name = text.substr(slash + 1);
  if (!is_name(owner) || !is_name(name)) return {};
  return Repository{std::string(owner), std::string(name)};
}

std::optional<Repository> repository_of_remote(std::string_view remote, std::string_view host) {
  const bool is_url = consume_prefix(remote, "https://") || consume_prefix(remote, "http://") ||
                      consume_prefix(remote, "ssh://") || consume_prefix(remote, "git://");
  const std::size_t host_end = remote.find_first_of(is_url ? "/" : ":/");
  if (host_end == std::string_view::npos || (!is_url && remote[host_end] != ':')) return {};
  std::string_view remote_host = remote.substr(0, host_end);
  if (const std::size_t at = remote_host.rfind('@'); at != std::string_view::npos) {
    remote_host.remove_prefix(at + 1);
  }
  remote_host = remote_host.substr(0, remote_host.find(':'));
  if (ascii_lower(remote_host) != host) return {};
  std::string_view path = remote.substr(host_end + 1);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with(".git")) path.remove_suffix(4);
  return Repository::parse(path);
}

namespace {

Repository parse_named(const std::string& text, const std::string& where) {
  auto repository = Repository::parse(text);
  if (repository) return *repository;
  throw Error(ErrorCode::usage,
              where + ": " + in_quotes(text) + " is no repository; write owner/name");
}

}  // namespace

std::optional<DetectedRepository> detect_repository(const Url& api) {
  const auto named_by = [](const std::string& place, const std::string& text) {
    return DetectedRepository{parse_named(text, place), place};
  };
  const char* variable = std::getenv("GITHUB_REPOSITORY");
  if (variable != nullptr && *variable != '\0') return named_by("GITHUB_REPOSITORY", variable);
  if (auto repository = repository_of_remote(origin_remote(), web_host(api))) {
    return DetectedRepository{*repository, "the remote 'origin' of the clone here"};
  }
  const std::string of_build = kDefaultRepository;
  if (of_build.empty()) return {};
  return named_by("the build's default repository", of_build);
}

std::optional<Repository> choose_repository(const std::string& named, const Url& api) {
  if (!named.empty()) return parse_named(named, "--repo");
  const auto detected = detect_repository(api);
  if (!detected) return {};
  log::info("no --repo: taking " + detected->repository.str() + ", " + detected->place);
  return detected->repository;
}

std::string web_url(const Url& api, const std::string& repository) {
  const bool has_usual_port = api.port == (api.scheme == "https" ? "443" : "80");
  return api.scheme + "://" + std::string(web_host(api)) + (has_usual_port ? "" : ":" + api.port) +
         "/" + repository;
}

Repository find_repository(const std::string& named, const Url& api) {
  if (auto repository = choose_repository(named, api)) return *repository;
  throw Error(ErrorCode::usage, "no repository: name it with --repo owner/name");
}

void check_branch(const std::string& branch) {
  const auto has = [&](std::string_view part) { return branch.find(part) != std::string::npos; };
  const bool has_bad_character = std::any_of(branch.begin(), branch.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F ||
           std::string_view("~^:?*[\\").find(c) != std::string_view::npos;
  });
  const bool bad_edge = branch.starts_with('-') || branch.starts_with('/') ||
                        branch.starts_with('.') || branch.ends_with('/') || branch.ends_with('.') ||
                        branch.ends_with(".lock");
  const bool bad_middle = has("..") || has("@{") || has("//") || has("/.") || has(".lock/");
  if (branch == "@" || has_bad_character || bad_edge || bad_middle) {
    throw Error(ErrorCode::usage, "--branch: " + in_quotes(branch) + " is no name for a branch");
  }
}

}  // namespace healthmetric
