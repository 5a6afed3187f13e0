#include "sender/check/repository_checks.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "common/base/ascii.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::check {
namespace {

using Names = std::vector<std::string>;

/// What the receiver's commits cannot satisfy, pushed with GITHUB_TOKEN (GitHub, "Available rules
/// for rulesets").
constexpr std::array<std::string_view, 8> kStopsPushes = {
    "update",      "pull_request", "required_signatures", "required_status_checks",
    "merge_queue", "workflows",    "code_scanning",       "required_deployments"};

/// What depends on names, sizes and texts.
constexpr std::array<std::string_view, 8> kMayStopPushes = {
    "commit_message_pattern", "commit_author_email_pattern", "committer_email_pattern",
    "file_path_restriction",  "file_extension_restriction",  "max_file_size",
    "max_file_path_length",   "license_compliance_scanning"};

template <std::size_t size>
Names those_among(const Names& types, const std::array<std::string_view, size>& wanted) {
  Names found;
  std::copy_if(types.begin(), types.end(), std::back_inserter(found), [&](const std::string& type) {
    return std::find(wanted.begin(), wanted.end(), type) != wanted.end();
  });
  return found;
}

std::string listed(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string rule_hint(const std::string& branch) {
  return "in the repository's Settings, Rules, let the workflow bypass them (a deploy key can), or "
         "exclude the branch " +
         branch;
}

Finding finding_of_rules(const char* check, const std::string& branch, const Names& stopping,
                         const Names& others, bool is_protected) {
  const std::string where = "the branch " + printable(branch);
  if (!stopping.empty()) {
    return failed(check, where + " has rules that stop the workflow: " + listed(stopping),
                  rule_hint(printable(branch)));
  }
  if (!others.empty()) {
    return warning(check, where + " has rules that may stop the workflow: " + listed(others),
                   "check in the repository's Settings, Rules, that they allow its commits");
  }
  if (is_protected) {
    return warning(
        check, where + " is protected",
        "check in the repository's Settings, Branches, that GitHub Actions may push to it");
  }
  return ok(check, "no rule stops the workflow on " + printable(branch));
}

/// The branch `name` is in a folder of git's that a branch of that name would have to be.
std::string branch_in_the_way(forge::Inspector& inspector, const std::string& name) {
  for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1)) {
    std::string above = name.substr(0, end);
    if (inspector.branch(above)) return above;
  }
  return {};
}

}  // namespace

/// Case does not matter in names of repositories.
Finding check_repository(const forge::RepositoryFacts& facts, const model::Target& target) {
  constexpr const char* kCheck = "repository";
  const std::string found = fmt::format("{} at {}", facts.full_name, target.api_url);
  if (ascii_lower(facts.full_name) == ascii_lower(target.repository)) return ok(kCheck, found);
  return warning(kCheck, printable(target.repository) + " is now " + facts.full_name,
                 "use --repo " + facts.full_name);
}

Finding check_privacy(const forge::RepositoryFacts& facts) {
  constexpr const char* kCheck = "privacy";
  const std::string hint = "make it private, in its Settings, General";
  switch (facts.visibility) {
    case forge::Visibility::members:
      return ok(kCheck, facts.full_name + " is private");
    case forge::Visibility::organization:
      return warning(kCheck, "everyone in the organization can read " + facts.full_name, hint);
    case forge::Visibility::everybody:
      break;
  }
  return warning(kCheck, "anyone can read what is stored: " + facts.full_name + " is public", hint);
}

Finding check_archive(const forge::RepositoryFacts& facts) {
  constexpr const char* kCheck = "archive";
  if (facts.is_archived) {
    return failed(kCheck, facts.full_name + " is archived: nothing can be sent to it",
                  "unarchive it in its Settings, General, or use another repository with --repo");
  }
  if (facts.is_disabled) {
    return failed(
        kCheck, facts.full_name + " is disabled: nothing can be sent to it",
        "its owner must contact the server's support; or use another repository with --repo");
  }
  return ok(kCheck, facts.full_name + " is neither archived nor disabled");
}

Finding check_first_commit(const forge::RepositoryFacts& facts,
                           const std::optional<forge::BranchFacts>& branch, bool is_empty) {
  constexpr const char* kCheck = "first-commit";
  const std::string name = printable(facts.default_branch);
  if (branch) return ok(kCheck, "the default branch is " + name);
  if (is_empty) {
    return failed(kCheck, fmt::format("{} is empty: it has no branch {}", facts.full_name, name),
                  "make a first commit there, for example a README");
  }
  return failed(kCheck,
                fmt::format("the default branch {} of {} does not exist", name, facts.full_name),
                "push that branch, or choose another default in its Settings, General");
}

Finding check_token_write(forge::Inspector& inspector, const std::string& repository) {
  constexpr const char* kCheck = "token-write";
  if (const auto untold = inspector.expect_write_access()) return ok(kCheck, untold->why);
  return ok(kCheck, "the token may write to " + printable(repository));
}

/// With an inbox branch files may be stored in another repository.
Finding check_target_branch(forge::Inspector& inspector, const model::Target& target,
                            const std::string& default_branch) {
  constexpr const char* kCheck = "target-branch";
  const std::string name = printable(target.branch.empty() ? default_branch : target.branch);
  if (target.branch.empty() || inspector.branch(target.branch)) {
    return ok(kCheck, "files are stored on the branch " + name);
  }
  const std::string found = printable(target.repository) + " has no branch " + name;
  if (target.inbox_branch.empty()) return failed(kCheck, found, "create it, or correct --branch");
  return warning(kCheck, found,
                 "create it, unless the workflow stores files in another repository");
}

Finding check_inbox_branch(forge::Inspector& inspector, const model::Target& target) {
  constexpr const char* kCheck = "inbox-branch";
  const std::string name = printable(target.inbox_branch);
  if (target.inbox_branch.empty()) {
    return ok(kCheck, "none: payloads are committed to the target branch");
  }
  if (inspector.branch(target.inbox_branch)) return ok(kCheck, "payloads wait on " + name);
  const std::string other = branch_in_the_way(inspector, target.inbox_branch);
  if (other.empty()) return ok(kCheck, name + " is created by the first run");
  return failed(
      kCheck,
      fmt::format("git cannot keep the branch {} beside the branch {}", name, printable(other)),
      "rename that one, or use another name with --inbox-branch");
}

Finding check_rules(forge::Inspector& inspector, const std::string& branch) {
  constexpr const char* kCheck = "rules";
  const auto there = inspector.branch(branch);
  const bool is_protected = there && there->is_protected;
  const auto answer = inspector.rules(branch);
  if (const auto* const untold = std::get_if<forge::Untold>(&answer)) {
    return is_protected ? finding_of_rules(kCheck, branch, {}, {}, true)
                        : skipped(kCheck, untold->why);
  }
  const auto& types = std::get<Names>(answer);
  return finding_of_rules(kCheck, branch, those_among(types, kStopsPushes),
                          those_among(types, kMayStopPushes), is_protected && types.empty());
}

/// The receiver replaces the branch by a new one, which is no fast-forward.
Finding check_inbox_rules(forge::Inspector& inspector, const model::Target& target) {
  constexpr const char* kCheck = "inbox-rules";
  const std::string& branch = target.inbox_branch;
  if (branch.empty()) return ok(kCheck, "there is no inbox branch");
  const auto there = inspector.branch(branch);
  const auto answer = inspector.rules(branch);
  if (const auto* const untold = std::get_if<forge::Untold>(&answer)) {
    return skipped(kCheck, untold->why);
  }
  const auto& types = std::get<Names>(answer);
  Names stopping = those_among(types, kStopsPushes);
  const Names resets = those_among(types, std::array<std::string_view, 1>{"non_fast_forward"});
  const Names creation = those_among(types, std::array<std::string_view, 1>{"creation"});
  stopping.insert(stopping.end(), resets.begin(), resets.end());
  if (!there) stopping.insert(stopping.end(), creation.begin(), creation.end());
  return finding_of_rules(kCheck, branch, stopping, those_among(types, kMayStopPushes),
                          there && there->is_protected && types.empty());
}

}  // namespace healthmetric::check
