#include "sender/check/checkup.hpp"

#include <array>
#include <memory>
#include <optional>
#include <span>

#include "sender/check/configuration_checks.hpp"
#include "sender/check/repository_checks.hpp"
#include "sender/check/server_checks.hpp"
#include "sender/check/state_checks.hpp"
#include "sender/check/workflow_checks.hpp"
#include "sender/forge/forge_type.hpp"

namespace healthmetric::check {
namespace {

using CheckNames = std::span<const char* const>;

constexpr std::array kOutboxChecks = {"lock",           "queue",       "receipts",   "refused",
                                      "outbox-entries", "outbox-size", "sent-files", "producer"};
constexpr std::array kReachChecks = {"network", "clock", "rate-limit"};
constexpr std::array kTokenChecks = {"token-accepted", "token-end", "token-kind"};
constexpr std::array kAnswerChecks = {"clock", "rate-limit"};
constexpr std::array kRepositoryChecks = {"privacy", "archive"};
constexpr std::array kContentChecks = {
    "first-commit", "token-write", "target-branch",    "inbox-branch",   "rules",
    "inbox-rules",  "workflow",    "workflow-trigger", "workflow-state", "actions"};

class Checkup {
 public:
  Checkup(const Subject& subject, http::HttpTransport& transport, platform::Clock& clock,
          const std::function<void(const Finding&)>& tell)
      : subject_(subject),
        target_(subject.target),
        transport_(transport),
        clock_(clock),
        tell_(tell) {}

  void run() {
    const bool is_configured =
        passes("configuration", [&] { return check_configuration(subject_.configuration); });
    check_sources(is_configured);
    check_state();
    if (!is_configured) return skip_server("the configuration could not be read");
    const auto api = find_api();
    if (!api) return skip_server("the API's address is invalid");
    check_server(*api);
  }

 private:
  template <typename Look>
  bool passes(const char* check, Look look) {
    const Finding finding = finding_of(check, look);
    tell_(finding);
    return is_passed(finding);
  }

  /// Of a check that asks the server.
  template <typename Look>
  bool learns(const char* check, Look look, Refusal refusal = Refusal::hides_it) {
    const Finding finding = finding_of(check, refusal, look);
    tell_(finding);
    return is_passed(finding);
  }

  void skip(CheckNames checks, const std::string& why) {
    for (const char* check : checks) tell_(skipped(check, "not checked: " + why));
  }

  void skip_server(const std::string& why) {
    skip(std::array{"proxy", "token"}, why);
    skip(kReachChecks, why);
    skip(kTokenChecks, why);
    skip_repository(why);
  }

  void skip_repository(const std::string& why) {
    skip(std::array{"repository"}, why);
    skip(kRepositoryChecks, why);
    skip(kContentChecks, why);
  }

  void check_sources(bool is_configured) {
    if (!is_configured) return skip(std::array{"source"}, "the configuration could not be read");
    if (subject_.sources.empty()) {
      return tell_(ok("source", "none is configured: each run names its own"));
    }
    for (const Source& source : subject_.sources) {
      passes("source", [&] { return check_source(source); });
    }
  }

  void check_state() {
    const auto& folder = subject_.state_dir;
    const bool is_usable = passes("state-directory", [&] { return check_state_directory(folder); });
    if (folder.empty()) {
      skip(std::array{"disk-space"}, "there is no state directory");
      return skip(kOutboxChecks, "there is no state directory");
    }
    passes("disk-space", [&] { return check_disk_space(folder, subject_.part_limit_bytes); });
    if (!is_usable) return skip(kOutboxChecks, "the state directory cannot be used");
    check_outbox();
    passes("sent-files", [&] { return check_sent_files(folder, target_); });
    passes("producer", [&] { return check_producer(folder); });
  }

  void check_outbox() {
    const CheckNames of_outbox = CheckNames(kOutboxChecks).first(6);
    const auto outbox = outbox::Outbox::existing(subject_.state_dir);
    if (!outbox) {
      for (const char* check : of_outbox) tell_(ok(check, "nothing has been sent from here yet"));
      return;
    }
    passes("lock", [&] { return check_lock(*outbox); });
    OutboxContent content;
    try {
      content = content_of(*outbox);
    } catch (const Error& error) {
      rethrow_interruption(error);
      skip(std::array{"queue", "receipts", "refused"}, "the outbox cannot be read");
      tell_(failed("outbox-entries", error));
      return skip(std::array{"outbox-size"}, "the outbox cannot be read");
    }
    const auto now = clock_.now_seconds();
    passes("queue", [&] { return check_queue(content, now); });
    passes("receipts", [&] { return check_receipts(content, now); });
    passes("refused", [&] { return check_refused(content); });
    passes("outbox-entries", [&] { return check_entries(content); });
    passes("outbox-size", [&] { return check_outbox_size(content, subject_.outbox_limit_bytes); });
  }

  std::optional<http::Url> find_api() {
    try {
      return http::api_root(target_.api_url, subject_.api_url_place);
    } catch (const Error& error) {
      tell_(failed("api-url", error));
      return {};
    }
  }

  void check_server(const http::Url& api) {
    const bool has_proxy = passes("proxy", [&] { return check_proxy(subject_.network, api); });
    const bool has_token = passes("token", [&] { return find_token(api); });
    const std::optional<Finding> no_repository = choose_repository(api);
    bool is_reached = false;
    bool is_accepted = false;
    if (has_proxy) {
      connect(api);
      is_reached = reach(api);
      is_accepted = check_token_facts(is_reached, has_token);
    } else {
      skip(kReachChecks, "the proxy is invalid");
      skip(kTokenChecks, "the proxy is invalid");
    }
    if (no_repository) return tell_without(*no_repository);
    if (!has_proxy) return skip_repository("the proxy is invalid");
    if (!is_reached) return skip_repository("the server cannot be reached");
    if (!is_accepted) return skip_repository("there is no token that the server accepts");
    check_repository_facts();
  }

  Finding find_token(const http::Url& api) {
    try {
      const forge::FoundToken token = forge::look_for_token(subject_.token_file, api);
      token_ = token.text;
      return check_token(token);
    } catch (const Error& error) {
      rethrow_interruption(error);
      return no_access("token", error.what(), "");
    }
  }

  /// The finding of `repository` if there is none to choose.
  std::optional<Finding> choose_repository(const http::Url& api) {
    try {
      const auto found = forge::choose_repository(subject_.repository, api);
      if (!found) {
        return failed("repository", "no repository is named", "name it with --repo owner/name");
      }
      target_.repository = found->str();
      repository_ = *found;
      return {};
    } catch (const Error& error) {
      rethrow_interruption(error);
      return failed("repository", error);
    }
  }

  void tell_without(const Finding& no_repository) {
    tell_(no_repository);
    skip(kRepositoryChecks, "there is no repository");
    skip(kContentChecks, "there is no repository");
  }

  /// Each request once: what is found is how it is now.
  void connect(const http::Url& api) {
    const forge::ForgeType& type = forge::type_of(api);
    const forge::Carrier carrier{transport_, clock_, progress_, std::nullopt};
    inspector_ = type.inspect(carrier, {target_.api_url, token_, repository_, "", false});
    const std::string branch = target_.trigger == model::Trigger::push ? target_.branch : "";
    forge_ = type.connect(carrier, {target_.api_url, token_, repository_, branch, false});
  }

  bool reach(const http::Url& api) {
    const auto begin = clock_.now();
    const bool is_reached = passes("network", [&] {
      facts_ = inspector_->reach();
      return check_network(
          api, std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - begin));
    });
    if (!is_reached) {
      skip(kAnswerChecks, "the server cannot be reached");
      return false;
    }
    passes("clock", [&] { return check_clock(facts_, clock_.now_seconds()); });
    passes("rate-limit", [&] { return check_rate_limit(facts_); });
    return true;
  }

  bool check_token_facts(bool is_reached, bool has_token) {
    if (!is_reached || !has_token) {
      skip(kTokenChecks, is_reached ? "there is no token" : "the server cannot be reached");
      return false;
    }
    passes("token-accepted", [&] { return check_token_accepted(facts_); });
    passes("token-end", [&] { return check_token_end(facts_, clock_.now_seconds()); });
    if (!facts_.refusal.empty()) {
      skip(std::array{"token-kind"}, "the server does not accept the token");
      return false;
    }
    passes("token-kind", [&] { return check_token_kind(facts_); });
    return true;
  }

  void check_repository_facts() {
    forge::RepositoryFacts facts;
    const bool is_there = learns(
        "repository",
        [&] {
          facts = inspector_->repository();
          return check_repository(facts, target_);
        },
        Refusal::is_the_finding);
    if (!is_there) {
      skip(kRepositoryChecks, "the repository cannot be seen");
      return skip(kContentChecks, "the repository cannot be seen");
    }
    passes("privacy", [&] { return check_privacy(facts); });
    if (!passes("archive", [&] { return check_archive(facts); })) {
      return skip(kContentChecks, "nothing can be written there");
    }
    bool is_empty = false;
    learns("first-commit", [&] {
      const auto branch = inspector_->branch(facts.default_branch);
      is_empty = !branch && inspector_->is_empty();
      return check_first_commit(facts, branch, is_empty);
    });
    learns(
        "token-write", [&] { return check_token_write(*inspector_, target_.repository); },
        Refusal::is_the_finding);
    if (is_empty) return skip(CheckNames(kContentChecks).subspan(2), "the repository is empty");
    check_branches(facts.default_branch);
    check_workflows(facts.default_branch);
  }

  void check_branches(const std::string& default_branch) {
    const std::string stored_on = target_.branch.empty() ? default_branch : target_.branch;
    learns("target-branch",
           [&] { return check_target_branch(*inspector_, target_, default_branch); });
    learns("inbox-branch", [&] { return check_inbox_branch(*inspector_, target_); });
    learns("rules", [&] { return check_rules(*inspector_, stored_on); });
    learns("inbox-rules", [&] { return check_inbox_rules(*inspector_, target_); });
  }

  /// A push starts the workflow of its own branch.
  void check_workflows(const std::string& default_branch) {
    const bool is_pushed = target_.trigger == model::Trigger::push && !target_.branch.empty();
    Workflows workflows;
    bool is_known = false;
    learns("workflow", [&] {
      workflows = workflows_of(*forge_, *inspector_);
      is_known = true;
      return check_workflow(workflows, is_pushed ? target_.branch : default_branch);
    });
    if (!workflows.empty()) {
      passes("workflow-trigger", [&] { return check_workflow_trigger(workflows, target_); });
    } else {
      skip(std::array{"workflow-trigger"},
           is_known ? "there is no workflow" : "the workflows could not be read");
    }
    const std::string file = receiving_workflow(workflows, target_.trigger);
    if (file.empty()) {
      skip(std::array{"workflow-state"},
           is_known ? "no workflow listens" : "the workflows could not be read");
    } else {
      learns("workflow-state", [&] { return check_workflow_state(*inspector_, file); });
    }
    learns("actions", [&] { return check_actions(*inspector_); });
  }

  const Subject& subject_;
  model::Target target_;
  http::HttpTransport& transport_;
  platform::Clock& clock_;
  const std::function<void(const Finding&)>& tell_;
  model::Progress progress_;
  std::string token_;
  forge::Repository repository_;
  std::unique_ptr<forge::Inspector> inspector_;
  std::unique_ptr<forge::Forge> forge_;
  forge::ServerFacts facts_;
};

}  // namespace

void check_all(const Subject& subject, http::HttpTransport& transport, platform::Clock& clock,
               const std::function<void(const Finding&)>& tell) {
  Checkup(subject, transport, clock, tell).run();
}

}  // namespace healthmetric::check
