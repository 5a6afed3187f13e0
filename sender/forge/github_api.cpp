#include "sender/forge/github_api.hpp"

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/version.hpp"
#include "sender/forge/github_answers.hpp"
#include "sender/forge/token_expiry.hpp"
#include "sender/http/http_date.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::forge {
namespace {

constexpr int kMaxRedirects = 5;
constexpr const char* kSmallerParts = "; send again with a smaller --part-size";

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 307 || status == 308;
}

/// Of a token that it knows GitHub tells the end of its validity; one that was never a token has
/// none.
std::string why_unauthorized(const http::Response& response) {
  const std::string expiry = response.header(kTokenExpiryHeader);
  if (expiry.empty()) return "the token is wrong or has expired";
  const std::string shown = printable(expiry);
  const auto end = parse_token_expiry(expiry);
  const auto its_time = http::parse_http_date(response.header("date"));
  if (end && *end <= its_time.value_or(platform::SystemClock().now_seconds()))
    return "the token expired on " + shown;
  return "the token was revoked or may not be used here (it was due to expire on " + shown + ")";
}

/// Why GitHub forbids it, as far as it says. Only where it speaks of permissions is it one.
std::string why_forbidden(const http::Response& response, const std::string& permission) {
  constexpr std::string_view kUrl = "url=";
  const std::string sso = printable(response.header("x-github-sso"));
  const std::size_t url = sso.find(kUrl);
  if (url != std::string::npos) {
    return "; authorize the token for the organization's single sign-on at " +
           sso.substr(url + kUrl.size());
  }
  const std::string accepted = printable(response.header("x-accepted-github-permissions"));
  if (!accepted.empty()) {
    return "; the token lacks the permission " + permission + " (GitHub asks for " + accepted + ")";
  }
  const bool speaks_of_access = response.body.find("not accessible by") != std::string::npos;
  return speaks_of_access ? "; the token lacks the permission " + permission : "";
}

/// Nothing of what a stranger says is believed, and the batch waits.
[[noreturn]] void fail_unanswered(const http::Response& response, const std::string& what) {
  throw Error(
      ErrorCode::network,
      fmt::format("{}: HTTP {}, and the answer is not GitHub's: check --api-url; is there a "
                  "login page, a proxy or a firewall in between?{}",
                  what, response.status, is_too_large(response) ? kSmallerParts : ""));
}

/// What a later try may find otherwise. Where requests are retried, none of these is final.
void fail_for_now(const http::Response& response, const std::string& words) {
  if (is_rate_limited(response)) {
    throw Error(ErrorCode::rate_limited,
                words + "; the server accepts no more requests at the moment: wait, and try again");
  }
  if (response.status == 408 || response.status >= 500) {
    throw Error(ErrorCode::not_ready,
                words + "; the server, or a proxy in between, has a problem: try again later");
  }
}

}  // namespace

GithubApi::GithubApi(const Carrier& carrier, ApiAccess access)
    : transport_(carrier.transport, carrier.clock, carrier.max_wait, carrier.progress),
      clock_(carrier.clock),
      access_(std::move(access)) {}

http::Request GithubApi::request(const std::string& method, const std::string& path) const {
  return request(method, path, kJson);
}

http::Request GithubApi::request(const std::string& method, const std::string& path,
                                 const std::string& accept) const {
  return request_to(method, "/repos/" + access_.repository.str() + path, accept);
}

http::Request GithubApi::request_at_root(const std::string& method, const std::string& path) const {
  return request_to(method, path, kJson);
}

/// Without a token a server can still be reached.
http::Request GithubApi::request_to(const std::string& method, const std::string& path,
                                    const std::string& accept) const {
  http::Request request = {
      method,
      access_.url + path,
      {std::string("User-Agent: healthmetric-sender/") + kVersion, "Accept: " + accept,
       "X-GitHub-Api-Version: 2022-11-28", "Content-Type: application/json"}};
  if (!access_.token.empty()) request.headers.push_back("Authorization: Bearer " + access_.token);
  return request;
}

http::Response GithubApi::answer_to(http::Request request) {
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    http::Response response = transport_.send(request);
    if (const auto end =
            plausible_token_expiry(response.header(kTokenExpiryHeader), clock_.now_seconds())) {
      token_expires_ = end;
    }
    if (!is_redirect(response.status)) return response;
    if (response.header("location").empty()) fail_unanswered(response, description_of(request));
    const std::string target = http::resolve_url(request.url, response.header("location"));
    const std::string origin = http::origin_of(target);
    if (origin.empty()) {
      throw Error(ErrorCode::untrusted_peer, http::origin_of(request.url) +
                                                 " redirects to something that is not an http or "
                                                 "https URL, or that has a user or a password in "
                                                 "it: not followed; check --api-url");
    }
    if (origin != http::origin_of(request.url)) {
      throw Error(ErrorCode::untrusted_peer,
                  fmt::format("{} redirects to another host, {}: not followed, the token must not "
                              "go there; check --api-url",
                              http::origin_of(request.url), in_quotes(origin)));
    }
    request.url = target;
  }
  throw Error(ErrorCode::untrusted_peer, access_.repository.str() + ": too many redirects");
}

std::string GithubApi::description_of(const http::Request& request) const {
  return request.method + " on " + access_.repository.str();
}

http::Response GithubApi::send(http::Request request, const std::string& permission) {
  const std::string what = description_of(request);
  http::Response response = answer_to(std::move(request));
  expect_usable(response, what, permission);
  return response;
}

void GithubApi::expect_usable(const http::Response& response, const std::string& what,
                              const std::string& permission) const {
  if (is_success(response.status)) return;
  const bool is_conflict = response.status == 409 || response.status == 422;
  if (!is_conflict || !is_refusal(response)) fail(response, what, permission);
}

void GithubApi::fail(const http::Response& response, const std::string& what,
                     const std::string& permission) const {
  const std::string words =
      fmt::format("{}: HTTP {}, {}", what, response.status, message_of(response));
  fail_for_now(response, words);
  if (!is_refusal(response)) fail_unanswered(response, what);
  if (is_empty_repository(response)) {
    throw Error(ErrorCode::not_ready,
                words + "; make a first commit there, for example a README: the next run delivers");
  }
  if (is_locked_repository(response)) {
    throw Error(ErrorCode::not_ready, words +
                                          "; it is archived or locked: the next run delivers "
                                          "once that has ended");
  }
  switch (response.status) {
    case 401:
      throw Error(ErrorCode::unauthorized, words + "; " + why_unauthorized(response) +
                                               ": make a new one with " + permission);
    case 403:
      throw Error(ErrorCode::unauthorized, words + why_forbidden(response, permission));
    case 404:
      throw Error(
          ErrorCode::not_found,
          words + "; there is no " + access_.repository.str() +
              (access_.branch.empty() || access_.is_inbox ? "" : " with branch " + access_.branch) +
              ", or the token cannot see it: it needs " + permission);
    default:
      throw Error(ErrorCode::refused, words + (is_too_large(response) ? kSmallerParts : ""));
  }
}

text::Json json_of(const http::Response& response, const std::string& what) {
  return read_answer([&] { return text::parse_json(response.body, "the answer to " + what); });
}

}  // namespace healthmetric::forge
