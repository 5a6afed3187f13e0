#include "sender/forge/github_inspector.hpp"

#include <charconv>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "sender/forge/github_answers.hpp"
#include "sender/forge/github_upload_body.hpp"
#include "sender/forge/token_expiry.hpp"
#include "sender/http/http_date.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::forge {
namespace {

/// No object has this id, and none can be made to have it.
constexpr const char* kNoObject = "0000000000000000000000000000000000000001";
constexpr const char* kNoBranch = "refs/heads/healthmetric/doctor";

constexpr std::size_t kMostRules = 100;
constexpr std::size_t kMaxNameBytes = 100;

std::optional<std::uint64_t> number_of(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

/// "1700000000" of a header, as far as it can be shown.
std::optional<std::chrono::sys_seconds> time_of(const std::string& text) {
  constexpr std::uint64_t kYear9999 = 253'370'764'800;
  const auto number = number_of(text);
  if (!number || *number > kYear9999) return {};
  return std::chrono::sys_seconds(std::chrono::seconds(*number));
}

[[noreturn]] void fail_to_understand(const std::string& what) {
  throw Error(ErrorCode::bad_payload, "GitHub's answer cannot be understood: " + what);
}

/// A document whose member is of another type than GitHub's says nothing.
void expect_type(bool is_expected, const char* key, const char* type) {
  if (!is_expected) fail_to_understand(fmt::format("'{}' is not {}", key, type));
}

bool is_true(const text::Json& object, const char* key) {
  const auto member = object.find(key);
  if (member == object.end()) return false;
  expect_type(member->is_boolean(), key, "true or false");
  return member->get<bool>();
}

/// "" if it is not there.
std::string text_of(const text::Json& object, const char* key) {
  const auto member = object.find(key);
  if (member == object.end()) return {};
  expect_type(member->is_string(), key, "a string");
  return member->get<std::string>();
}

std::string needed_text_of(const text::Json& object, const char* key) {
  std::string text = text_of(object, key);
  if (text.empty()) fail_to_understand(fmt::format("it has no '{}'", key));
  return text;
}

text::Json object_of(const http::Response& response, const std::string& what) {
  text::Json document = json_of(response, what);
  if (!document.is_object()) fail_to_understand(what + " was not answered with an object");
  return document;
}

Visibility visibility_of(const text::Json& repository) {
  const std::string word = text_of(repository, "visibility");
  const bool is_internal = is_true(repository, "internal");
  const bool is_private = is_true(repository, "private");
  if (word == "internal" || is_internal) return Visibility::organization;
  return word == "private" || (word.empty() && is_private) ? Visibility::members
                                                           : Visibility::everybody;
}

/// Where it is not told, nobody doubts it.
bool may_push(const text::Json& repository) {
  const auto permissions = repository.find("permissions");
  if (permissions == repository.end()) return true;
  expect_type(permissions->is_object(), "permissions", "an object");
  return !permissions->contains("push") || is_true(*permissions, "push");
}

/// What is of no use beyond its beginning.
std::string shown(const std::string& text) {
  return printable(utf8_prefix(text, kMaxNameBytes));
}

[[noreturn]] void fail_unlike(const std::string& what) {
  throw Error(ErrorCode::network,
              what +
                  ": the answer is not GitHub's: check --api-url; is there a login page or a "
                  "proxy in between?");
}

/// A fine-grained token without the permission gets 403, one that must not even know gets 404.
Untold untold(const http::Response& response, const std::string& permission) {
  const bool lacks_permission = response.status == 404 ||
                                response.headers.contains("x-accepted-github-permissions") ||
                                response.body.find("not accessible by") != std::string::npos;
  if (!lacks_permission) {
    return {fmt::format("HTTP {}, {}", response.status, message_of(response))};
  }
  return {fmt::format("the token may not see this (HTTP {}): it would need the permission {}",
                      response.status, permission)};
}

}  // namespace

GithubInspector::GithubInspector(const Carrier& carrier, ApiAccess access)
    : api_(carrier, std::move(access)), clock_(carrier.clock) {}

ServerFacts GithubInspector::facts_of(const http::Response& response) const {
  ServerFacts facts;
  facts.date = http::parse_http_date(response.header("date"));
  facts.token_ends =
      plausible_token_expiry(response.header(kTokenExpiryHeader), clock_.now_seconds());
  const auto scopes = response.headers.find("x-oauth-scopes");
  if (scopes != response.headers.end()) facts.scopes = printable(scopes->second);
  facts.requests_left = number_of(response.header("x-ratelimit-remaining"));
  facts.request_limit = number_of(response.header("x-ratelimit-limit"));
  facts.limit_ends = time_of(response.header("x-ratelimit-reset"));
  return facts;
}

/// As sending would say it.
std::string GithubInspector::refusal_of(const http::Response& response) const {
  try {
    api_.fail(response, "GET on " + http::origin_of(api_.access().url), kWriteContents);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unauthorized) throw;
    return error.what();
  }
}

ServerFacts GithubInspector::reach_at(const std::string& path) {
  const http::Response response = api_.answer_to(api_.request_at_root("GET", path));
  ServerFacts facts = facts_of(response);
  if (is_success(response.status)) {
    if (!json_of(response, "GET " + path).is_object()) fail_unlike("GET " + path);
    return facts;
  }
  if (response.status == 401) {
    facts.refusal = refusal_of(response);
    return facts;
  }
  const bool is_of_server = is_refusal(response) || is_unknown_endpoint(response);
  if (!is_of_server && !is_rate_limited(response)) {
    fail_unlike(fmt::format("GET {}: HTTP {}", path, response.status));
  }
  if (response.status >= 500) api_.fail(response, "GET " + path, kWriteContents);
  facts.limits_untold =
      fmt::format("GET {}: HTTP {}, {}", path, response.status, message_of(response));
  facts.is_token_judged = response.status == 404;
  return facts;
}

ServerFacts GithubInspector::reach() {
  return reach_at("/rate_limit");
}

RepositoryFacts GithubInspector::repository() {
  const http::Request get = api_.request("GET", "");
  const std::string what = api_.description_of(get);
  const http::Response response = api_.answer_to(get);
  if (!is_success(response.status)) api_.fail(response, what, kWriteContents);
  const text::Json document = object_of(response, what);
  RepositoryFacts facts;
  facts.full_name = shown(needed_text_of(document, "full_name"));
  facts.default_branch = needed_text_of(document, "default_branch");
  facts.visibility = visibility_of(document);
  facts.is_archived = is_true(document, "archived");
  facts.is_disabled = is_true(document, "disabled");
  facts.may_push = may_push(document);
  return facts;
}

std::optional<Untold> GithubInspector::expect_write_access() {
  TextBody body(text::to_text({{"ref", kNoBranch}, {"sha", kNoObject}}));
  http::Request post = api_.request("POST", "/git/refs");
  post.body = &body;
  const std::string what = api_.description_of(post);
  const http::Response response = api_.answer_to(std::move(post));
  if (is_success(response.status)) fail_unlike(what);
  const bool may_write = response.status == 422 || response.status == 409;
  if (!may_write || !is_refusal(response)) api_.fail(response, what, kWriteContents);
  return {};
}

/// A branch that was renamed is answered with a redirect to its new name.
std::optional<BranchFacts> GithubInspector::branch(const std::string& name) {
  const std::string what = "GET of branch " + name + " from " + api_.access().repository.str();
  const http::Response response =
      api_.answer_to(api_.request("GET", "/branches/" + http::encode_path(name)));
  if (response.status == 404 && is_refusal(response)) return {};
  if (!is_success(response.status)) api_.fail(response, what, "Contents: read");
  const text::Json document = object_of(response, what);
  const bool is_protected = is_true(document, "protected");
  if (needed_text_of(document, "name") != name) return {};
  return BranchFacts{is_protected};
}

bool GithubInspector::is_empty() {
  const http::Request get = api_.request("GET", "/commits?per_page=1");
  const http::Response response = api_.answer_to(get);
  if (is_empty_repository(response)) return true;
  const bool is_missing = response.status == 404 && is_refusal(response);
  if (is_success(response.status) || is_missing) return false;
  api_.fail(response, "GET of the commits of " + api_.access().repository.str(), "Contents: read");
}

Told<text::Json> GithubInspector::ask(const std::string& path, const std::string& permission) {
  const http::Response response = api_.answer_to(api_.request("GET", path));
  const std::string what = "GET on " + api_.access().repository.str() + path;
  if (is_unknown_endpoint(response)) return Untold{"this server cannot be asked"};
  const bool is_hidden = response.status == 403 || response.status == 404;
  if (is_hidden && !is_rate_limited(response)) {
    if (!is_refusal(response)) fail_unlike(what);
    return untold(response, permission);
  }
  if (!is_success(response.status)) api_.fail(response, what, permission);
  return json_of(response, what);
}

Told<std::vector<std::string>> GithubInspector::rules(const std::string& branch) {
  const auto answer =
      ask(fmt::format("/rules/branches/{}?per_page={}", http::encode_path(branch), kMostRules),
          "Metadata: read");
  if (const auto* const why = std::get_if<Untold>(&answer)) return *why;
  const auto& document = std::get<text::Json>(answer);
  if (!document.is_array()) fail_to_understand("the rules are not a list");
  std::vector<std::string> types;
  for (const text::Json& rule : document) {
    if (types.size() == kMostRules) break;
    if (!rule.is_object()) fail_to_understand("a rule is not an object");
    types.push_back(shown(needed_text_of(rule, "type")));
  }
  return types;
}

Told<std::string> GithubInspector::workflow_state(const std::string& file) {
  const auto answer = ask("/actions/workflows/" + http::encode_path(file), "Actions: read");
  if (const auto* const why = std::get_if<Untold>(&answer)) return *why;
  const auto& document = std::get<text::Json>(answer);
  if (!document.is_object()) fail_to_understand("the workflow is not an object");
  return shown(needed_text_of(document, "state"));
}

Told<ActionsFacts> GithubInspector::actions() {
  const auto answer = ask("/actions/permissions", "Administration: read");
  if (const auto* const why = std::get_if<Untold>(&answer)) return *why;
  const auto& document = std::get<text::Json>(answer);
  if (!document.is_object()) fail_to_understand("the permissions of Actions are not an object");
  if (!document.contains("enabled")) fail_to_understand("it has no 'enabled'");
  return ActionsFacts{is_true(document, "enabled"), shown(text_of(document, "allowed_actions"))};
}

std::vector<std::string> GithubInspector::workflow_folders() const {
  return {".github/workflows"};
}

}  // namespace healthmetric::forge
