#include "receiver/commands/status_command.hpp"

#include <utility>

#include "common/base/printable.hpp"
#include "common/platform/clock.hpp"
#include "common/platform/file.hpp"
#include "common/platform/terminal.hpp"
#include "receiver/commands/status_texts.hpp"
#include "receiver/commands/storage_status.hpp"

namespace healthmetric::receiver {

StatusCommand::StatusCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("status", "Show which producers send, and which have stopped"),
      shared_(std::move(shared)) {
  take(shared_->storage, shared_->settings, shared_->inbox, shared_->at, shared_->json,
       shared_->log);
}

program::ExitStatus StatusCommand::run(const program::CommandLine& line) {
  constexpr bool kChangesNothing = true;
  const RunOptions options = shared_->of_run(line, kChangesNothing);
  platform::SystemClock clock;
  const std::chrono::sys_seconds now = clock.now_seconds();
  const std::chrono::sys_seconds asked = shared_->at.time(now);
  archive::StorageReader storage = open_storage_to_read(options, line);
  StoredFiles stored(storage);
  const bool is_now = asked == std::chrono::sys_seconds::max();
  const StorageStatus status = status_of(stored, {.at = is_now ? now : asked,
                                                  .now = now,
                                                  .settings_file = shared_->settings.file(),
                                                  .inbox = shared_->inbox.folder()});
  if (options.json) {
    platform::print(to_json_text(status) + "\n");
  } else {
    const bool is_terminal = platform::standard_output_is_a_terminal();
    platform::print(to_text(status, is_terminal ? platform::terminal_columns() : 0));
  }
  if (status.producers.empty()) log::info("there is no producer in " + in_quotes(storage.root()));
  tell(status);
  return status.needs_attention() ? program::ExitStatus::partly_done : program::ExitStatus::success;
}

}  // namespace healthmetric::receiver
