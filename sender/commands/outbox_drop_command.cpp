#include "sender/commands/outbox_drop_command.hpp"

#include <utility>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/program/log.hpp"
#include "common/text/json.hpp"
#include "sender/outbox/sent_files.hpp"

namespace healthmetric::sender {
namespace {

/// What of a batch is in the repository already cannot be dropped any more. All of it is a delivery
/// like any other, only without a trigger. Returns what to say about it.
std::string settle_delivered(const Options& options, const outbox::Outbox& outbox,
                             const std::string& id, platform::Clock& clock) {
  for (const outbox::Waiting where :
       {outbox::Waiting::in_queue, outbox::Waiting::delivered, outbox::Waiting::refused}) {
    for (const outbox::OutboxEntry& entry : outbox.entries(where)) {
      if (entry.id.str() != id || entry.delivered_parts() == 0) continue;
      if (entry.delivered_parts() < entry.parts.size()) {
        return fmt::format(
            "{} of {} in the repository: the receiver sets what is incomplete aside "
            "after some days",
            entry.delivered_parts(), counted(entry.parts.size(), "part is", "parts are"));
      }
      if (!entry.target.inbox_branch.empty()) {
        outbox::record_unsent(options.state_dir, entry);
        return "it was delivered, and has no receipt yet: its files count as unsent";
      }
      outbox::record_delivered(options.state_dir, entry, clock.now_seconds());
      return "it is in the repository, and the workflow's next run will receive it";
    }
  }
  return "";
}

}  // namespace

OutboxDropCommand::OutboxDropCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("outbox drop", "Remove a batch that was not delivered: its files count as unsent"),
      shared_(std::move(shared)) {
  take(ids_, shared_->outbox, shared_->configuration, shared_->json, shared_->log);
  ignore(shared_->repository, shared_->target, shared_->token, shared_->network, shared_->progress);
}

program::ExitStatus OutboxDropCommand::run(const program::CommandLine& line) {
  const Options options = outbox_options(*shared_, line, Uses::this_machine_alone);
  begin_run(options);
  platform::SystemClock clock;
  const outbox::Outbox outbox(options.state_dir);
  std::vector<std::filesystem::path> folders;
  for (const std::string& id : ids_.ids()) {
    folders.push_back(folder_of(outbox, id));
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
  if (options.json || options.verbosity != log::Verbosity::quiet) {
    show(options, {{"dropped", dropped}}, text);
  }
  return status;
}

}  // namespace healthmetric::sender
