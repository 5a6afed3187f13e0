#include "sender/commands/outbox_list_command.hpp"

#include <utility>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"
#include "sender/commands/outbox_selection.hpp"

namespace healthmetric::sender {
namespace {

std::string_view to_text(outbox::Waiting where) {
  switch (where) {
    case outbox::Waiting::in_queue:
      return "waiting";
    case outbox::Waiting::delivered:
      return "delivered";
    case outbox::Waiting::refused:
      return "refused";
  }
  return "";
}

std::string target_text(const model::Target& target) {
  return printable(target.repository + (target.branch.empty() ? "" : ", branch " + target.branch) +
                   (target.inbox_branch.empty() ? "" : ", inbox branch " + target.inbox_branch) +
                   " at " + target.api_url);
}

class OutboxList {
 public:
  explicit OutboxList(platform::Clock& clock) : now_(clock.now()) {}

  void add(const outbox::OutboxEntry& entry, outbox::Waiting where) {
    const auto age = std::chrono::floor<std::chrono::seconds>(now_ - entry.queued_at);
    text_ +=
        fmt::format("{}  {}  {}, {}, {} old, {} of {} delivered\n    to {}\n", entry.id.str(),
                    to_text(where), counted_files(entry.files), human_bytes(entry.payload_bytes()),
                    human_duration(age), entry.delivered_parts(),
                    counted(entry.parts.size(), "part", "parts"), target_text(entry.target));
    if (!entry.last_error.empty()) text_ += "    " + printable(entry.last_error) + "\n";
    text::Json json;
    json["batch_id"] = entry.id.str();
    json["status"] = to_text(where);
    json["target"] = {
        {"api_url", entry.target.api_url},
        {"repository", entry.target.repository},
        {"branch",
         entry.target.branch.empty() ? text::Json(nullptr) : text::Json(entry.target.branch)},
        {"inbox_branch", entry.target.inbox_branch.empty() ? text::Json(nullptr)
                                                           : text::Json(entry.target.inbox_branch)},
        {"trigger", model::to_text(entry.target.trigger)}};
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
  void show_all(const Options& options, std::uint64_t size_bytes, const std::string& if_empty) {
    const std::string total =
        batches_.empty()
            ? if_empty
            : fmt::format("{}, {} of {} (--outbox-limit)\n",
                          counted(batches_.size(), "batch", "batches"), human_bytes(size_bytes),
                          human_bytes(options.outbox_limit_bytes));
    const text::Json json = {{"batches", std::move(batches_)},
                             {"bytes", size_bytes},
                             {"limit", options.outbox_limit_bytes}};
    show(options, json, text_ + total);
  }

 private:
  platform::Clock::time_point now_;
  std::string text_;
  text::Json batches_ = text::Json::array();
};

}  // namespace

OutboxListCommand::OutboxListCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("outbox list",
              "List the batches in the outbox: what waits, since when, for where, and why"),
      shared_(std::move(shared)) {
  take(shared_->repository, shared_->outbox, shared_->configuration, shared_->json, shared_->log);
  ignore(shared_->target, shared_->token, shared_->network, shared_->progress);
  add_notes("With --repo, the batches for that repository alone.");
}

program::ExitStatus OutboxListCommand::run(const program::CommandLine& line) {
  const Options options = outbox_options(*shared_, line, Uses::this_machine_alone);
  begin_run(options);
  const outbox::Outbox outbox(options.state_dir);
  const RepositoryFilter filter(repository_to_look_at(*shared_, line));
  platform::SystemClock clock;
  OutboxList list(clock);
  for (const outbox::Waiting where :
       {outbox::Waiting::in_queue, outbox::Waiting::delivered, outbox::Waiting::refused}) {
    for (const outbox::OutboxEntry& entry : outbox.entries(where)) {
      if (filter.takes(entry)) list.add(entry, where);
    }
  }
  // Whose an unreadable one is cannot be told.
  for (const outbox::UnreadableEntry& entry : outbox.unreadable()) list.add(entry);
  list.show_all(options, outbox.size_bytes(), filter.nothing_waits_in(outbox));
  return program::ExitStatus::success;
}

}  // namespace healthmetric::sender
