#include "sender/forge/github_branches.hpp"

#include <optional>
#include <string_view>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "sender/forge/github_answers.hpp"
#include "sender/forge/github_upload_body.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::forge {
namespace {

constexpr const char* kNotTheServers = ": the answer is not GitHub's: check --api-url";
constexpr const char* kOtherName = ", or use another with --inbox-branch";

std::string ref_of(const std::string& branch) {
  return "refs/heads/" + branch;
}

/// Gitea and Forgejo read what git is made of, and do not write it.
[[noreturn]] void fail_unable(const std::string& branch, const std::string& repository) {
  throw Error(
      ErrorCode::not_ready,
      fmt::format("{} has no branch {}, and this server cannot begin it: push one, or leave "
                  "out --inbox-branch",
                  repository, branch));
}

http::Response post(GithubApi& api, const std::string& path, const text::Json& document) {
  TextBody body(text::to_text(document));
  http::Request request = api.request("POST", path);
  request.body = &body;
  return api.answer_to(std::move(request));
}

/// What was made, by its id.
std::string make(GithubApi& api, const std::string& path, const text::Json& document) {
  const http::Response response = post(api, path, document);
  const std::string what = "POST on " + api.access().repository.str();
  if (!is_success(response.status)) api.fail(response, what, kWriteContents);
  std::string id = text::string_member(json_of(response, what), "sha");
  if (!id.empty()) return id;
  throw Error(ErrorCode::network, what + kNotTheServers);
}

/// A branch whose name is a folder of the other's, which git cannot keep beside it; "" for none.
std::string branch_in_the_way(GithubApi& api, const std::string& branch) {
  for (std::size_t end = branch.find('/'); end != std::string::npos;
       end = branch.find('/', end + 1)) {
    std::string above = branch.substr(0, end);
    if (has_branch(api, above)) return above;
  }
  return {};
}

/// What git or a rule has against the new branch.
[[noreturn]] void fail_to_create(GithubApi& api, const std::string& branch,
                                 const http::Response& response) {
  const std::string what =
      fmt::format("creation of branch {} in {}", branch, api.access().repository.str());
  if (response.status == 422) {
    if (const std::string other = branch_in_the_way(api, branch); !other.empty()) {
      throw Error(ErrorCode::not_ready, fmt::format("{}: the branch {} is in the way: rename it{}",
                                                    what, other, kOtherName));
    }
  }
  try {
    api.fail(response, what, kWriteContents);
  } catch (const Error& error) {
    const bool has_advice = !std::string_view(error.what()).ends_with(message_of(response));
    if (has_advice) throw;
    throw Error(error.code() == ErrorCode::refused ? ErrorCode::not_ready : error.code(),
                std::string(error.what()) + "; allow branches of that name" + kOtherName);
  }
}

/// Whether an answer tells of that branch; what tells of none is not the server's.
void expect_branch(const http::Response& response, const std::string& what,
                   const std::string& branch) {
  if (text::string_member(json_of(response, what), "ref") == ref_of(branch)) return;
  throw Error(ErrorCode::network, what + kNotTheServers);
}

}  // namespace

bool has_branch(GithubApi& api, const std::string& branch) {
  const std::string repository = api.access().repository.str();
  const std::string what = fmt::format("GET of branch {} from {}", branch, repository);
  const http::Response response =
      api.answer_to(api.request("GET", "/git/ref/heads/" + http::encode_path(branch)));
  if (is_unknown_endpoint(response)) fail_unable(branch, repository);
  if (response.status == 404 && is_refusal(response)) return false;
  if (!is_success(response.status)) api.fail(response, what, "Contents: read");
  expect_branch(response, what, branch);
  return true;
}

/// Whoever was quicker made the same.
void create_branch(GithubApi& api, const Forge::NewBranch& branch) {
  const text::Json file = {
      {"path", branch.path}, {"mode", "100644"}, {"type", "blob"}, {"content", branch.content}};
  const std::string tree = make(api, "/git/trees", {{"tree", text::Json::array({file})}});
  const std::string commit =
      make(api, "/git/commits",
           {{"message", branch.message}, {"tree", tree}, {"parents", text::Json::array()}});
  const http::Response response =
      post(api, "/git/refs", {{"ref", ref_of(branch.name)}, {"sha", commit}});
  if (is_success(response.status)) {
    return expect_branch(response, "creation of branch " + branch.name, branch.name);
  }
  if (response.status == 422 && has_branch(api, branch.name)) return;
  fail_to_create(api, branch.name, response);
}

}  // namespace healthmetric::forge
