#include "sender/forge/github_client.hpp"

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/codec/digest.hpp"
#include "common/platform/file.hpp"
#include "sender/forge/github_answers.hpp"
#include "sender/forge/github_branches.hpp"
#include "sender/forge/github_document.hpp"
#include "sender/forge/github_upload_body.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::forge {
namespace {

/// Of a document about a file: all of one up to a megabyte, which GitHub has with the content in
/// it.
constexpr std::size_t kDocumentBytes = std::size_t{2} * 1024 * 1024;
constexpr const char* kEventType = "data_update";
constexpr const char* kWorkflowFile = "data-receiver.yml";
constexpr const char* kPost = "POST";
constexpr const char* kRaw = "application/vnd.github.raw+json";
constexpr const char* kReadContents = "Contents: read";
constexpr const char* kReadMetadata = "Metadata: read";
constexpr const char* kWriteActions = "Actions: read and write";

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
    : api_(carrier, std::move(access)) {}

void GithubClient::set_max_wait(platform::Clock::duration max_wait) {
  api_.set_max_wait(max_wait);
}

/// What is to be received has arrived by now: a refusal is not permanent, and the repository is
/// there, whatever 404 says.
void GithubClient::send_dispatch(http::Request post, const Dispatch& dispatch) {
  const std::string what = dispatch.what + " in " + api_.access().repository.str();
  try {
    const std::string request = api_.description_of(post);
    const http::Response response = api_.answer_to(std::move(post));
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
    api_.expect_usable(response, request, dispatch.permission);
    if (!is_success(response.status)) api_.fail(response, what, dispatch.permission);
    check_accepted(response);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::refused) throw;
    throw Error(ErrorCode::not_ready, error.what());
  }
}

/// Again with the other method where the server wants that one; it keeps to it from then on.
GithubClient::Put GithubClient::create_file(const NewFile& file) {
  PayloadBody body(file.content, file.message, api_.access().branch);
  std::optional<Put> found;
  http::Request put = api_.request(create_method_, contents_path(file.path));
  put.body = &body;
  put.settled_before = [&]() -> std::optional<http::Response> {
    found = settled(file);
    return found ? std::optional<http::Response>(http::Response{200, {}, "{}"}) : std::nullopt;
  };
  http::Response response = api_.send(put, kWriteContents);
  if (wants_post(response) && put.method != kPost) {
    put.method = create_method_ = kPost;
    response = api_.send(put, kWriteContents);
  }
  if (found) return *found;
  if (is_success(response.status)) {
    check_created(response, body.git_blob_id());
    return Put::created;
  }
  found = settled(file);
  if (found) return *found;
  fail_to_create(response, put.method + " of " + file.path);
}

/// A rule for the inbox branch concerns every batch, and none of them for good.
void GithubClient::fail_to_create(const http::Response& response, const std::string& what) const {
  const std::string where = what + " to " + api_.access().repository.str();
  try {
    api_.fail(response, where, kWriteContents);
  } catch (const Error& error) {
    const bool is_rule = response.status == 409 || is_rule_violation(response);
    if (!is_rule || error.code() != ErrorCode::refused || !api_.access().is_inbox) throw;
    throw Error(ErrorCode::not_ready,
                fmt::format("{}; allow commits to the branch {}, or use another with "
                            "--inbox-branch",
                            error.what(), api_.access().branch));
  }
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
  if (!api_.access().branch.empty()) url += "?ref=" + http::encode_query(api_.access().branch);
  return api_.request("GET", url, accept);
}

/// An answer that is a success, 304 where that was asked for, or the server's own 404.
http::Response GithubClient::get_contents(const std::string& path, http::Request get) {
  http::Response response = api_.answer_to(std::move(get));
  const bool is_missing = response.status == 404 && is_refusal(response);
  if (!is_success(response.status) && response.status != 304 && !is_missing) {
    api_.fail(response, "GET of " + path + " from " + api_.access().repository.str(),
              kReadContents);
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

std::vector<std::string> GithubClient::list(const std::string& folder) {
  http::Request get = contents_request(folder, kJson);
  get.enough_bytes = kDocumentBytes;
  const http::Response response = get_contents(folder, std::move(get));
  if (response.status == 404) return {};
  return read_answer([&] {
    return with_context("GitHub's answer to GET of " + folder + " cannot be understood",
                        [&] { return names_in(response.body); });
  });
}

bool GithubClient::has_changed(const std::string& path, std::string& etag) {
  http::Request get = contents_request(path, kJson);
  if (!etag.empty()) get.headers.push_back("If-None-Match: " + etag);
  const http::Response response = get_contents(path, std::move(get));
  if (response.status == 304) return false;
  etag = response.header("etag");
  return response.status != 404;
}

bool GithubClient::has_branch(const std::string& branch) {
  return forge::has_branch(api_, branch);
}

void GithubClient::create_branch(const NewBranch& branch) {
  forge::create_branch(api_, branch);
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
  http::Request post = api_.request("POST", "/dispatches");
  post.body = &body;
  send_dispatch(std::move(post),
                {"repository_dispatch", kWriteContents,
                 can_push() ? "push or workflow" : "workflow", ErrorCode::unauthorized,
                 "the token may not start workflows there: it needs " +
                     std::string(kWriteContents) + (can_push() ? "; or use --trigger push" : "")});
}

void GithubClient::dispatch_workflow(const std::string& workflow_file, const std::string& ref) {
  TextBody body(text::to_text({{"ref", ref}}));
  http::Request post = api_.request(
      "POST", "/actions/workflows/" + http::encode_path(workflow_file) + "/dispatches");
  post.body = &body;
  send_dispatch(std::move(post),
                {"start of " + workflow_file, kWriteActions,
                 can_push() ? "push" : "push without --inbox-branch", ErrorCode::not_ready,
                 "there is no workflow " + workflow_file + " in " + api_.access().repository.str() +
                     ": put it there, or use another --trigger"});
}

/// Asked once a payload is in the repository, so that 404 does not mean that there is none.
std::string GithubClient::default_branch() {
  const http::Response response = api_.answer_to(api_.request("GET", ""));
  if (response.status == 404 && is_refusal(response)) {
    throw Error(ErrorCode::unauthorized,
                fmt::format("the token does not see the default branch of {} (HTTP 404, {}): name "
                            "it with --branch, or give the token {}",
                            api_.access().repository.str(), message_of(response), kReadMetadata));
  }
  api_.expect_usable(response, "GET on " + api_.access().repository.str(), kReadMetadata);
  std::string branch = text::string_member(
      json_of(response, "GET of " + api_.access().repository.str()), "default_branch");
  if (branch.empty()) {
    throw Error(ErrorCode::network, api_.access().repository.str() + " has no default branch");
  }
  return branch;
}

}  // namespace healthmetric::forge
