#include "sender/forge/github_client.hpp"

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/version.hpp"
#include "common/codec/digest.hpp"
#include "common/platform/clock.hpp"
#include "common/platform/file.hpp"
#include "common/text/timestamp.hpp"
#include "sender/forge/github_answers.hpp"
#include "sender/forge/github_document.hpp"
#include "sender/forge/github_upload_body.hpp"
#include "sender/http/http_date.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::forge {
namespace {

constexpr int kMaxRedirects = 5;
/// Of a document about a file: all of one up to a megabyte, which GitHub has with the content in
/// it.
constexpr std::size_t kDocumentBytes = std::size_t{2} * 1024 * 1024;
constexpr const char* kEventType = "data_update";
constexpr const char* kWorkflowFile = "data-receiver.yml";
constexpr const char* kJson = "application/vnd.github+json";
constexpr const char* kPost = "POST";
constexpr const char* kRaw = "application/vnd.github.raw+json";
constexpr const char* kReadContents = "Contents: read";
constexpr const char* kReadMetadata = "Metadata: read";
constexpr const char* kWriteActions = "Actions: read and write";
constexpr const char* kSmallerParts = "; send again with a smaller --part-size";

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 307 || status == 308;
}

bool is_success(int status) {
  return status >= 200 && status < 300;
}

/// "2026-01-31 08:00:00 UTC" or "2026-01-31 08:00:00 -0700".
std::optional<std::chrono::sys_seconds> parse_expiry(std::string text) {
  if (text.ends_with(" UTC")) text.resize(text.size() - 4);
  const std::size_t zone = text.rfind(' ');
  if (zone > text.find(' ') && text.size() - zone == 6) {
    text.insert(text.size() - 2, ":");
    text.erase(zone, 1);
  }
  return text::parse_timestamp(text);
}

/// Of a token that it knows GitHub tells the end of its validity (GitHub, "Managing your personal
/// access tokens": the header of that name); one that was never a token has none.
std::string why_unauthorized(const http::Response& response) {
  const std::string expiry = response.header("github-authentication-token-expiration");
  if (expiry.empty()) return "the token is wrong or has expired";
  const std::string shown = printable(expiry);
  const auto end = parse_expiry(expiry);
  const auto its_time = http::parse_http_date(response.header("date"));
  if (end && *end <= its_time.value_or(platform::SystemClock().now_seconds()))
    return "the token expired on " + shown;
  return "the token was revoked or may not be used here (its time ends on " + shown + ")";
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

/// What `read` makes of an answer; Error{network} when that is no JSON: a captive portal, a broken
/// proxy.
template <typename Read>
auto read_answer(Read read) {
  try {
    return read();
  } catch (const Error& error) {
    throw Error(ErrorCode::network,
                error.what() + std::string("; is there a login page or a proxy in between?"));
  }
}

text::Json json_of(const http::Response& response, const std::string& what) {
  return read_answer([&] { return text::parse_json(response.body, "the answer to " + what); });
}

/// Nothing of what a stranger says is believed, and the batch waits.
[[noreturn]] void fail_unanswered(const http::Response& response, const std::string& what) {
  throw Error(
      ErrorCode::network,
      fmt::format("{}: HTTP {}, and the answer is not GitHub's: check --api-url; is there a "
                  "login page, a proxy or a firewall in between?{}",
                  what, response.status, is_too_large(response) ? kSmallerParts : ""));
}

std::string git_blob_id_of_file(const std::filesystem::path& path) {
  platform::InputFile file(path);
  return codec::git_blob_id_of(file, file.state().size_bytes);
}

/// GitHub answers a PUT with the file it made. Anything else came from something in between.
void check_created(const http::Response& response, const std::string& blob) {
  const text::Json answer = json_of(response, "the upload");
  const auto made = answer.find("content");
  if (made != answer.end() && text::string_member(*made, "sha") == blob) return;
  throw Error(
      ErrorCode::network,
      fmt::format("the upload was answered with HTTP {}, but not by a repository that holds "
                  "it now: check --api-url and what is between here and there",
                  response.status));
}

/// A dispatch is accepted with 204 and no other success.
void check_accepted(const http::Response& response) {
  if (response.status == 204) return;
  throw Error(ErrorCode::network,
              fmt::format("the dispatch was answered with HTTP {}, which GitHub does not do: check "
                          "--api-url and what is between here and there",
                          response.status));
}

std::string contents_path(const std::string& path) {
  return "/contents/" + http::encode_path(path);
}

}  // namespace

GithubClient::GithubClient(const Carrier& carrier, ApiAccess access)
    : transport_(carrier.transport, carrier.clock, carrier.max_wait, carrier.progress),
      access_(std::move(access)) {}

void GithubClient::set_max_wait(platform::Clock::duration max_wait) {
  transport_.set_max_wait(max_wait);
}

http::Request GithubClient::request(const std::string& method, const std::string& path) const {
  return request(method, path, kJson);
}

http::Request GithubClient::request(const std::string& method, const std::string& path,
                                    const std::string& accept) const {
  return {method,
          access_.url + "/repos/" + access_.repository.str() + path,
          {std::string("User-Agent: healthmetric-sender/") + kVersion, "Accept: " + accept,
           "X-GitHub-Api-Version: 2022-11-28", "Content-Type: application/json",
           "Authorization: Bearer " + access_.token}};
}

/// Follows redirects on the same host with the same method, as a renamed repository answers; a
/// redirect elsewhere would carry the token to a stranger.
http::Response GithubClient::follow_redirects(http::Request request) {
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    http::Response response = transport_.send(request);
    if (!is_redirect(response.status)) return response;
    if (response.header("location").empty()) fail_unanswered(response, what_is_asked(request));
    const std::string target = http::resolve_url(request.url, response.header("location"));
    const std::string origin = http::origin_of(target);
    if (origin.empty()) {
      throw Error(ErrorCode::untrusted_peer,
                  http::origin_of(request.url) +
                      " redirects to what is no http or https URL, or has a user or a password in "
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

std::string GithubClient::what_is_asked(const http::Request& request) const {
  return request.method + " on " + access_.repository.str();
}

http::Response GithubClient::send(http::Request request, const std::string& permission) {
  const std::string what = what_is_asked(request);
  http::Response response = follow_redirects(std::move(request));
  expect_usable(response, what, permission);
  return response;
}

/// A success, or an answer of the server's own whose meaning whoever asked knows better.
void GithubClient::expect_usable(const http::Response& response, const std::string& what,
                                 const std::string& permission) const {
  if (is_success(response.status)) return;
  const bool is_conflict = response.status == 409 || response.status == 422;
  if (!is_conflict || !is_refusal(response)) fail(response, what, permission);
}

void GithubClient::fail(const http::Response& response, const std::string& what,
                        const std::string& permission) const {
  if (!is_refusal(response)) fail_unanswered(response, what);
  const std::string words =
      fmt::format("{}: HTTP {}, {}", what, response.status, message_of(response));
  if (is_empty_repository(response)) {
    throw Error(ErrorCode::not_ready,
                words + "; make a first commit there, a README for one: the next run delivers");
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
      throw Error(ErrorCode::not_found,
                  words + "; there is no " + access_.repository.str() +
                      (access_.branch.empty() ? "" : " with branch " + access_.branch) +
                      ", or the token cannot see it: it needs " + permission);
    default:
      throw Error(ErrorCode::refused, words + (is_too_large(response) ? kSmallerParts : ""));
  }
}

/// What is to be received has arrived by now: a refusal is not for good, and the repository is
/// there, whatever 404 says.
void GithubClient::send_dispatch(http::Request post, const Dispatch& dispatch) {
  const std::string what = dispatch.what + " in " + access_.repository.str();
  try {
    const std::string request = what_is_asked(post);
    const http::Response response = follow_redirects(std::move(post));
    if (is_unknown_endpoint(response)) {
      throw Error(ErrorCode::not_ready,
                  fmt::format("{}: HTTP 404, which this server does not know: "
                              "use --trigger {}",
                              what, dispatch.other_triggers));
    }
    if (response.status == 404 && is_refusal(response)) {
      throw Error(dispatch.code_of_404, fmt::format("{}: HTTP 404, {}; {}", what,
                                                    message_of(response), dispatch.meaning_of_404));
    }
    expect_usable(response, request, dispatch.permission);
    if (!is_success(response.status)) fail(response, what, dispatch.permission);
    check_accepted(response);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::refused) throw;
    throw Error(ErrorCode::not_ready, error.what());
  }
}

/// Again with the other method where the server wants that one; it keeps to it from then on.
GithubClient::Put GithubClient::create_file(const NewFile& file) {
  PayloadBody body(file.content, file.message, access_.branch);
  std::optional<Put> found;
  http::Request put = request(create_method_, contents_path(file.path));
  put.body = &body;
  put.settled_before = [&]() -> std::optional<http::Response> {
    found = settled(file);
    return found ? std::optional<http::Response>(http::Response{200, {}, "{}"}) : std::nullopt;
  };
  http::Response response = send(put, kWriteContents);
  if (wants_post(response) && put.method != kPost) {
    put.method = create_method_ = kPost;
    response = send(put, kWriteContents);
  }
  if (found) return *found;
  if (is_success(response.status)) {
    check_created(response, body.git_blob_id());
    return Put::created;
  }
  found = settled(file);
  if (found) return *found;
  fail(response, put.method + " of " + file.path + " to " + access_.repository.str(),
       kWriteContents);
}

std::optional<GithubClient::Put> GithubClient::settled(const NewFile& file) {
  const auto remote = blob_id(file.path);
  if (remote) {
    if (*remote == git_blob_id_of_file(file.content)) return Put::already_there;
    return {};
  }
  if (file.is_received()) return Put::already_received;
  return {};
}

http::Request GithubClient::contents_request(const std::string& path,
                                             const std::string& accept) const {
  std::string url = contents_path(path);
  if (!access_.branch.empty()) url += "?ref=" + http::encode_query(access_.branch);
  return request("GET", url, accept);
}

/// An answer that is a success, 304 where that was asked for, or the server's own 404.
http::Response GithubClient::get_contents(const std::string& path, http::Request get) {
  http::Response response = follow_redirects(std::move(get));
  const bool is_missing = response.status == 404 && is_refusal(response);
  if (!is_success(response.status) && response.status != 304 && !is_missing) {
    fail(response, "GET of " + path + " from " + access_.repository.str(), kReadContents);
  }
  return response;
}

std::optional<std::string> GithubClient::blob_id(const std::string& path) {
  http::Request get = contents_request(path, kJson);
  get.enough_bytes = kDocumentBytes;
  const http::Response response = get_contents(path, std::move(get));
  if (response.status == 404) return {};
  return read_answer([&] {
    return with_context("the answer to GET of " + path, [&] { return blob_id_in(response.body); });
  });
}

/// As it is, if the server knows that media type. Gitea has but one form for all.
std::optional<std::string> GithubClient::read_beginning(const std::string& path,
                                                        std::size_t max_bytes) {
  http::Request get = contents_request(path, kRaw);
  get.enough_bytes = max_bytes;
  http::Response response = get_contents(path, std::move(get));
  if (response.status == 404) return {};
  const bool is_raw = response.header("content-type").find("raw") != std::string::npos;
  std::optional<std::string> content = is_raw ? std::nullopt : content_in(response.body);
  return content ? std::move(content) : std::move(response.body);
}

bool GithubClient::has_changed(const std::string& path, std::string& etag) {
  http::Request get = contents_request(path, kJson);
  if (!etag.empty()) get.headers.push_back("If-None-Match: " + etag);
  const http::Response response = get_contents(path, std::move(get));
  if (response.status == 304) return false;
  etag = response.header("etag");
  return response.status != 404;
}

bool GithubClient::start_workflow(const Start& start) {
  switch (start.trigger) {
    case model::Trigger::dispatch:
      dispatch(kEventType, start.batch);
      return true;
    case model::Trigger::workflow:
      dispatch_workflow(kWorkflowFile, start.branch.empty() ? default_branch() : start.branch);
      return true;
    case model::Trigger::push:
    case model::Trigger::none:
      return false;
  }
  return false;
}

void GithubClient::dispatch(const std::string& event_type, const text::Json& client_payload) {
  TextBody body(text::to_text({{"event_type", event_type}, {"client_payload", client_payload}}));
  http::Request post = request("POST", "/dispatches");
  post.body = &body;
  send_dispatch(std::move(post),
                {"repository_dispatch", kWriteContents, "push or workflow", ErrorCode::unauthorized,
                 "the token may not start workflows there: it needs " +
                     std::string(kWriteContents) + "; or use --trigger push"});
}

void GithubClient::dispatch_workflow(const std::string& workflow_file, const std::string& ref) {
  TextBody body(text::to_text({{"ref", ref}}));
  http::Request post =
      request("POST", "/actions/workflows/" + http::encode_path(workflow_file) + "/dispatches");
  post.body = &body;
  send_dispatch(std::move(post),
                {"start of " + workflow_file, kWriteActions, "push", ErrorCode::not_ready,
                 "there is no workflow " + workflow_file + " in " + access_.repository.str() +
                     ": put it there, or use another --trigger"});
}

/// Asked once a payload is in the repository, so that 404 does not mean that there is none.
std::string GithubClient::default_branch() {
  const http::Response response = follow_redirects(request("GET", ""));
  if (response.status == 404 && is_refusal(response)) {
    throw Error(ErrorCode::unauthorized,
                fmt::format("the token does not see the default branch of {} (HTTP 404, {}): name "
                            "it with --branch, or give the token {}",
                            access_.repository.str(), message_of(response), kReadMetadata));
  }
  expect_usable(response, "GET on " + access_.repository.str(), kReadMetadata);
  std::string branch = text::string_member(json_of(response, "GET of " + access_.repository.str()),
                                           "default_branch");
  if (branch.empty()) {
    throw Error(ErrorCode::network, access_.repository.str() + " has no default branch");
  }
  return branch;
}

}  // namespace healthmetric::forge
