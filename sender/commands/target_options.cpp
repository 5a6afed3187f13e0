#include "sender/commands/target_options.hpp"

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/environment.hpp"
#include "sender/forge/forge_type.hpp"
#include "sender/forge/repository.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {
namespace {

constexpr const char* kApiUrlVariable = "GITHUB_API_URL";
constexpr const char* kDefaultApiUrl = "https://api.github.com";

std::string without_slash_at_end(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// An address that cannot be read is refused where it is used.
bool can_begin_inbox_branches(const Options& options) {
  try {
    const http::Url api = http::api_root(options.api_url, options.api_url_place);
    return forge::type_of(api).can_begin_inbox_branches();
  } catch (const Error&) {
    return true;
  }
}

}  // namespace

RepositoryOption::RepositoryOption() : OptionGroup(kTargetGroup) {
  add({.name = "repo",
       .value = "REPO",
       .help = "Repository, owner/name (default: GITHUB_REPOSITORY, or the origin remote here)",
       .goes_to = &repository_});
}

TargetOptions::TargetOptions() : OptionGroup(kTargetGroup) {
  add({.name = "branch",
       .value = "NAME",
       .help = "Branch (default: the repository's default branch)",
       .goes_to = &branch_,
       .check = forge::check_branch});
  add({.name = "inbox-branch",
       .value = "NAME",
       .help =
           "Branch where payloads wait until they are stored (default: healthmetric/inbox; with "
           "--branch X: healthmetric/inbox-for-X)",
       .goes_to = &inbox_branch_,
       .check = forge::check_branch});
  add({.name = "api-url",
       .value = "URL",
       .help = "Root of the API (default: GITHUB_API_URL, or " + std::string(kDefaultApiUrl) + ")",
       .goes_to = &api_url_});
  add({.name = "trigger",
       .value = "HOW",
       .help = "What starts the receiver: dispatch, push, workflow or none (default dispatch)",
       .goes_to = &trigger_,
       .choices = {"dispatch", "push", "workflow", "none"}});
}

void TargetOptions::put_into(Options& options) const {
  options.branch = branch_;
  options.trigger = model::parse_trigger(trigger_).value_or(model::Trigger::dispatch);
  options.api_url = api_url_;
  if (options.api_url.empty()) {
    options.api_url = platform::environment_variable(kApiUrlVariable);
    if (!options.api_url.empty()) options.api_url_place = kApiUrlVariable;
  }
  if (options.api_url.empty()) options.api_url = kDefaultApiUrl;
  options.api_url = without_slash_at_end(options.api_url);
  options.inbox_branch = inbox_branch(options);
}

std::string TargetOptions::inbox_branch(const Options& options) const {
  const bool is_pushed = options.trigger == model::Trigger::push;
  if (!inbox_branch_.empty()) {
    if (inbox_branch_ == branch_) return "";
    if (!is_pushed) return inbox_branch_;
    throw Error(ErrorCode::usage,
                "--inbox-branch cannot be used with --trigger push: a push starts the workflow of "
                "the branch that was pushed");
  }
  if (is_pushed || !options.output.empty() || !can_begin_inbox_branches(options)) return "";
  std::string branch = model::inbox_branch_for(branch_);
  if (branch.size() <= forge::kMaxBranchBytes) return branch;
  throw Error(ErrorCode::usage, "the branch name " + in_quotes(branch_) +
                                    " is too long to be part of the name of its inbox branch: "
                                    "name one with --inbox-branch");
}

TokenOptions::TokenOptions() : OptionGroup(kTargetGroup) {
  add({.name = "token-file",
       .value = "FILE",
       .help = "Read the token from FILE (default: GH_TOKEN or GITHUB_TOKEN)",
       .goes_to = &file_});
  add({.name = "token",
       .help = "a token among the options can be read by others: put it into a file that only "
               "you can read, and use --token-file FILE, or set GH_TOKEN",
       .goes_to = &token_,
       .kind = program::Option::Kind::refused});
}

}  // namespace healthmetric::sender
