#include "sender/commands/outbox_retry_command.hpp"

#include <set>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/program/log.hpp"
#include "common/text/json.hpp"
#include "sender/commands/target_delivery.hpp"
#include "sender/commands/token_end.hpp"
#include "sender/http/curl_http.hpp"

namespace healthmetric::sender {
namespace {

std::string_view to_text(deliver::QueueRunner::Result result) {
  switch (result) {
    case deliver::QueueRunner::Result::delivered:
      return "sent";
    case deliver::QueueRunner::Result::refused:
      return "refused";
    case deliver::QueueRunner::Result::waits:
      return "queued";
  }
  return "";
}

/// Delivers what waits, target by target.
class Retry {
 public:
  Retry(const Options& options, const std::string& repository, const outbox::Outbox& outbox,
        http::HttpTransport& transport, platform::Clock& clock, model::Progress& progress)
      : options_(options),
        filter_(repository),
        outbox_(outbox),
        transport_(transport),
        clock_(clock),
        progress_(progress) {}

  /// Only the batches of these ids; all where there are none.
  program::ExitStatus run(const std::vector<std::string>& ids) {
    choose(ids);
    const auto targets = outbox_.targets([this](const auto& entry) { return is_chosen(entry); });
    for (const model::Target& target : targets) deliver(target);
    status_ = program::more_important(status_, deliver::tell_unreadable(outbox_));
    if (batches_.empty()) {
      text_ = status_ == program::ExitStatus::success ? filter_.nothing_waits_in(outbox_)
                                                      : "nothing was delivered\n";
    }
    if (options_.json || options_.verbosity != log::Verbosity::quiet) {
      show(options_, {{"exit_status", static_cast<int>(status_)}, {"batches", batches_}}, text_);
    }
    return status_;
  }

 private:
  /// Takes refused batches back into the queue.
  void choose(const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
      (void)folder_of(outbox_, id);
      chosen_.insert(id);
    }
    for (const outbox::OutboxEntry& entry : outbox_.entries(outbox::Waiting::refused)) {
      if (is_chosen(entry)) take_back(entry);
    }
  }

  /// One that must stay where it is says nothing about the others.
  void take_back(const outbox::OutboxEntry& entry) {
    try {
      outbox_.take_back(entry.folder);
    } catch (const Error& error) {
      log::error(error.what());
      status_ = program::more_important(status_, program::exit_status(error.code()));
    }
  }

  [[nodiscard]] bool is_chosen(const outbox::OutboxEntry& entry) const {
    return filter_.takes(entry) && (chosen_.empty() || chosen_.contains(entry.id.str()));
  }

  /// A target that cannot be reached says nothing about the others.
  void deliver(const model::Target& target) {
    try {
      const auto only = chosen_.empty() ? std::nullopt : std::optional(chosen_);
      const TargetDelivery done =
          deliver_to(target, outbox_, options_, transport_, clock_, progress_, only);
      status_ = program::more_important(status_, done.status);
      for (const auto& [id, result] : done.results) report(id, result, target);
      const bool is_first = asked_.insert(target.api_url + "\n" + target.repository).second;
      if (is_first) warn_of_token_end(target, done.token_end, clock_.now_seconds());
    } catch (const Error& error) {
      if (program::exit_status(error.code()) == program::ExitStatus::interrupted ||
          program::exit_status(error.code()) == program::ExitStatus::terminated) {
        throw;
      }
      log::error(error.what());
      status_ = program::more_important(status_, program::exit_status(error.code()));
    }
  }

  void report(const std::string& id, deliver::QueueRunner::Result result,
              const model::Target& target) {
    text_ += fmt::format("{} {}, to {}\n", to_text(result), id, printable(target.repository));
    batches_.push_back(
        {{"batch_id", id}, {"status", to_text(result)}, {"target", printable(target.repository)}});
  }

  const Options& options_;
  RepositoryFilter filter_;
  const outbox::Outbox& outbox_;
  http::HttpTransport& transport_;
  platform::Clock& clock_;
  model::Progress& progress_;
  std::set<std::string> chosen_;
  std::set<std::string> asked_;  ///< repositories: each has one token
  std::string text_;
  text::Json batches_ = text::Json::array();
  program::ExitStatus status_ = program::ExitStatus::success;
};

}  // namespace

OutboxRetryCommand::OutboxRetryCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("outbox retry",
              "Deliver what waits now, refused batches too, or only the batches named"),
      shared_(std::move(shared)) {
  take(ids_, shared_->repository, shared_->token, shared_->network, shared_->outbox,
       shared_->configuration, shared_->progress, shared_->json, shared_->log);
  ignore(shared_->target);
  add_notes("With --repo, the batches for that repository alone.");
}

program::ExitStatus OutboxRetryCommand::run(const program::CommandLine& line) {
  const Options options = outbox_options(*shared_, line, Uses::network);
  begin_run(options);
  platform::SystemClock clock;
  const auto progress = progress_for(options, clock);
  http::CurlTransport transport(options.network);
  const outbox::Outbox outbox(options.state_dir);
  return Retry(options, repository_to_look_at(*shared_, line), outbox, transport, clock, *progress)
      .run(ids_.ids());
}

}  // namespace healthmetric::sender
