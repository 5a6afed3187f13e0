#include "sender/commands/outbox.hpp"

#include <set>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/program/log.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"
#include "sender/commands/forge_session.hpp"
#include "sender/deliver/queue_runner.hpp"
#include "sender/forge/repository.hpp"
#include "sender/outbox/outbox.hpp"
#include "sender/outbox/sent_files.hpp"

namespace healthmetric::sender {
namespace {

constexpr const char* kNothingWaits = "nothing waits in the outbox\n";

std::string_view to_text(outbox::Waiting where) {
  return where == outbox::Waiting::refused ? "refused" : "waiting";
}

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

std::string as_text(const Options& options, const text::Json& json, const std::string& text) {
  return options.json ? healthmetric::text::to_text(json) + "\n" : text;
}

/// "5 min", "3 h", "12 days".
std::string age_text(platform::Clock::duration age) {
  using namespace std::chrono;
  if (age < hours(2)) return fmt::format("{} min", floor<minutes>(age).count());
  if (age < days(2)) return fmt::format("{} h", floor<hours>(age).count());
  return fmt::format("{} days", floor<days>(age).count());
}

std::string target_text(const model::Target& target) {
  return printable(target.repository + (target.branch.empty() ? "" : ", branch " + target.branch) +
                   " at " + target.api_url);
}

class OutboxList {
 public:
  explicit OutboxList(platform::Clock& clock) : now_(clock.now()) {}

  void add(const outbox::OutboxEntry& entry, outbox::Waiting where) {
    const auto age = std::chrono::floor<std::chrono::seconds>(now_ - entry.queued_at);
    text_ += fmt::format("{}  {}  {}, {}, {} old, {} of {} delivered\n    to {}\n", entry.id.str(),
                         to_text(where), counted_files(entry.files),
                         human_bytes(entry.payload_bytes()), age_text(age), entry.delivered_parts(),
                         counted(entry.parts.size(), "part", "parts"), target_text(entry.target));
    if (!entry.last_error.empty()) text_ += "    " + printable(entry.last_error) + "\n";
    text::Json json;
    json["batch_id"] = entry.id.str();
    json["status"] = to_text(where);
    json["target"] = {{"api_url", entry.target.api_url},
                      {"repository", entry.target.repository},
                      {"branch", entry.target.branch.empty() ? text::Json(nullptr)
                                                             : text::Json(entry.target.branch)},
                      {"trigger", healthmetric::model::to_text(entry.target.trigger)}};
    json["files"] = entry.files;
    json["bytes"] = entry.size_bytes;
    json["payload_bytes"] = entry.payload_bytes();
    json["parts"] = entry.parts.size();
    json["delivered_parts"] = entry.delivered_parts();
    json["queued_at"] =
        text::format_timestamp(std::chrono::floor<std::chrono::seconds>(entry.queued_at));
    json["age_seconds"] = age.count();
    json["last_error"] =
        entry.last_error.empty() ? text::Json(nullptr) : text::Json(entry.last_error);
    batches_.push_back(std::move(json));
  }

  void add(const outbox::UnreadableEntry& entry) {
    const std::string name = entry.folder.filename().string();
    text_ += fmt::format("{}  unreadable\n    {}\n", name, entry.reason);
    batches_.push_back(
        {{"batch_id", name}, {"status", "unreadable"}, {"last_error", entry.reason}});
  }

  /// `if_empty` is the text of a list without batches.
  std::string finish(const Options& options, std::uint64_t size_bytes,
                     const std::string& if_empty) {
    const std::string total =
        batches_.empty()
            ? if_empty
            : fmt::format("{}, {} of {} (--outbox-limit)\n",
                          counted(batches_.size(), "batch", "batches"), human_bytes(size_bytes),
                          human_bytes(options.outbox_limit_bytes));
    const text::Json json = {{"batches", std::move(batches_)},
                             {"bytes", size_bytes},
                             {"limit", options.outbox_limit_bytes}};
    return as_text(options, json, text_ + total);
  }

 private:
  platform::Clock::time_point now_;
  std::string text_;
  text::Json batches_ = text::Json::array();
};

/// Whether an entry is for the repository that the command names, if it names one. GitHub does not
/// tell names apart by their case.
class RepositoryFilter {
 public:
  explicit RepositoryFilter(const OutboxCommand& command) {
    if (command.repository.empty()) return;
    const auto pasted = forge::parse_pasted_repository(command.repository);
    if (!pasted) {
      throw Error(ErrorCode::usage, "--repo: invalid repository " + in_quotes(command.repository) +
                                        ": expected owner/name");
    }
    repository_ = pasted->repository.str();
  }

  /// What to say where the filter takes nothing.
  [[nodiscard]] std::string nothing_waits_in(const outbox::Outbox& outbox) const {
    if (repository_.empty()) return kNothingWaits;
    std::size_t others = 0;
    for (const outbox::Waiting where : {outbox::Waiting::in_queue, outbox::Waiting::refused}) {
      for (const outbox::OutboxEntry& entry : outbox.entries(where))
        others += takes(entry) ? 0U : 1U;
    }
    if (others == 0) return kNothingWaits;
    return fmt::format("nothing waits in the outbox for {}; {} for other repositories\n",
                       printable(repository_), counted(others, "batch waits", "batches wait"));
  }

  [[nodiscard]] bool takes(const outbox::OutboxEntry& entry) const {
    return repository_.empty() || ascii_lower(entry.target.repository) == ascii_lower(repository_);
  }

 private:
  std::string repository_;
};

OutboxReport list(const Options& options, const outbox::Outbox& outbox, platform::Clock& clock) {
  const RepositoryFilter filter(*options.outbox_command);
  OutboxList list(clock);
  for (const outbox::Waiting where : {outbox::Waiting::in_queue, outbox::Waiting::refused}) {
    for (const outbox::OutboxEntry& entry : outbox.entries(where)) {
      if (filter.takes(entry)) list.add(entry, where);
    }
  }
  // Whose an unreadable one is cannot be told.
  for (const outbox::UnreadableEntry& entry : outbox.unreadable()) list.add(entry);
  return {list.finish(options, outbox.size_bytes(), filter.nothing_waits_in(outbox))};
}

payload::BatchId parse_id(const std::string& text) {
  auto id = payload::BatchId::parse(text);
  if (!id)
    throw Error(ErrorCode::usage,
                "invalid batch ID " + in_quotes(text) + ": 'outbox list' shows them");
  return *std::move(id);
}

[[noreturn]] void throw_unknown(const std::string& id) {
  throw Error(ErrorCode::usage, "there is no batch " + in_quotes(id) +
                                    " in the outbox; 'outbox list' shows what waits");
}

std::filesystem::path folder_of(const outbox::Outbox& outbox, const payload::BatchId& id) {
  for (const outbox::Waiting where : {outbox::Waiting::in_queue, outbox::Waiting::refused}) {
    if (auto folder = outbox.find(id, where)) return *std::move(folder);
  }
  throw_unknown(id.str());
}

/// What of a batch is in the repository already cannot be dropped any more. All of it is a delivery
/// like any other, only without a trigger. Returns what to say about it.
std::string settle_delivered(const Options& options, const outbox::Outbox& outbox,
                             const std::string& id, platform::Clock& clock) {
  for (const outbox::Waiting where : {outbox::Waiting::in_queue, outbox::Waiting::refused}) {
    for (const outbox::OutboxEntry& entry : outbox.entries(where)) {
      if (entry.id.str() != id || entry.delivered_parts() == 0) continue;
      if (entry.delivered_parts() < entry.parts.size()) {
        return fmt::format(
            "{} of {} in the repository: the receiver sets what is incomplete aside "
            "after some days",
            entry.delivered_parts(), counted(entry.parts.size(), "part is", "parts are"));
      }
      outbox::record_delivered(options.state_dir, entry, clock.now_seconds());
      return "it is in the repository, and the workflow's next run will receive it";
    }
  }
  return "";
}

OutboxReport drop(const Options& options, const outbox::Outbox& outbox, platform::Clock& clock) {
  std::vector<std::filesystem::path> folders;
  for (const std::string& id : options.outbox_command->ids) {
    folders.push_back(folder_of(outbox, parse_id(id)));
  }
  std::string holder;
  const auto lock = outbox.try_lock(holder);
  if (!lock) {
    throw Error(ErrorCode::busy, "a sender is delivering (process " + holder +
                                     "): nothing dropped; try again when it is done");
  }
  std::string text;
  text::Json dropped = text::Json::array();
  program::ExitStatus status = program::ExitStatus::success;
  for (const std::filesystem::path& folder : folders) {
    const std::string id = folder.filename().string();
    try {
      const std::string what_stays = settle_delivered(options, outbox, id, clock);
      outbox.remove(folder);
      text += fmt::format("dropped {}\n", id);
      if (!what_stays.empty()) log::warning(fmt::format("{}: {}", id, what_stays));
      dropped.push_back(id);
    } catch (const Error& error) {  // says nothing about the others
      log::error(error.what());
      status = program::more_important(status, program::exit_status(error.code()));
    }
  }
  return {as_text(options, {{"dropped", dropped}}, text), status};
}

/// Delivers what waits, target by target.
class Retry {
 public:
  Retry(const Options& options, const outbox::Outbox& outbox, http::HttpTransport& transport,
        platform::Clock& clock, model::Progress& progress)
      : options_(options),
        filter_(*options.outbox_command),
        outbox_(outbox),
        transport_(transport),
        clock_(clock),
        progress_(progress) {}

  OutboxReport run() {
    choose();
    for (const model::Target& target : targets_) deliver(target);
    status_ = program::more_important(status_, deliver::tell_unreadable(outbox_));
    if (batches_.empty()) {
      text_ = status_ == program::ExitStatus::success ? filter_.nothing_waits_in(outbox_)
                                                      : "nothing was delivered\n";
    }
    return {as_text(options_, {{"exit_status", static_cast<int>(status_)}, {"batches", batches_}},
                    text_),
            status_};
  }

 private:
  /// Takes refused batches back into the queue, and finds the targets of all.
  void choose() {
    for (const std::string& id : options_.outbox_command->ids) {
      (void)folder_of(outbox_, parse_id(id));
      chosen_.insert(id);
    }
    for (const outbox::OutboxEntry& entry : outbox_.entries(outbox::Waiting::refused)) {
      if (is_chosen(entry)) take_back(entry);
    }
    for (const outbox::OutboxEntry& entry : outbox_.entries(outbox::Waiting::in_queue)) {
      if (!is_chosen(entry)) continue;
      if (std::find(targets_.begin(), targets_.end(), entry.target) == targets_.end()) {
        targets_.push_back(entry.target);
      }
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
      const auto repository = forge::Repository::parse(target.repository);
      if (!repository) {
        throw Error(ErrorCode::io, "invalid repository " + in_quotes(target.repository));
      }
      ForgeSession session(options_, target.api_url, *repository, target.branch, transport_, clock_,
                           progress_);
      deliver::QueueRunner queue_runner(session.client(), session.transport(), outbox_, clock_,
                                        progress_, target, "");
      if (!chosen_.empty()) queue_runner.restrict_to(chosen_);
      queue_runner.on_delivered([this](const outbox::OutboxEntry& entry) {
        outbox::record_delivered(options_.state_dir, entry, clock_.now_seconds());
      });
      queue_runner.run(options_.lock_wait);
      status_ = program::more_important(status_, queue_runner.status());
      for (const auto& [id, result] : queue_runner.results()) report(id, result, target);
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
  std::vector<model::Target> targets_;
  std::string text_;
  text::Json batches_ = text::Json::array();
  program::ExitStatus status_ = program::ExitStatus::success;
};

}  // namespace

OutboxReport run_outbox_command(const Options& options, http::HttpTransport& transport,
                                platform::Clock& clock, model::Progress& progress) {
  const outbox::Outbox outbox(options.state_dir);
  switch (options.outbox_command->action) {
    case OutboxCommand::Action::list:
      return list(options, outbox, clock);
    case OutboxCommand::Action::drop:
      return drop(options, outbox, clock);
    case OutboxCommand::Action::retry:
      return Retry(options, outbox, transport, clock, progress).run();
  }
  return {};
}

}  // namespace healthmetric::sender
