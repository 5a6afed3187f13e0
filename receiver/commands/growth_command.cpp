#include "receiver/commands/growth_command.hpp"

#include <utility>

#include "common/platform/clock.hpp"
#include "common/platform/file.hpp"
#include "common/platform/terminal.hpp"
#include "receiver/commands/growth_texts.hpp"

namespace healthmetric::receiver {

GrowthCommand::GrowthCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("growth", "Show how much is stored, and when it becomes too much"),
      shared_(std::move(shared)) {
  take(shared_->storage, shared_->inbox, shared_->at, shared_->json, shared_->log);
}

program::ExitStatus GrowthCommand::run(const program::CommandLine& line) {
  constexpr bool kChangesNothing = true;
  const RunOptions options = shared_->of_run(line, kChangesNothing);
  platform::SystemClock clock;
  const std::chrono::sys_seconds now = clock.now_seconds();
  const std::chrono::sys_seconds asked = shared_->at.time(now);
  const bool is_now = asked == std::chrono::sys_seconds::max();
  archive::StorageReader storage = open_storage_to_read(options, line);
  StoredFiles stored(storage);
  const GrowthReport report = growth_of(
      stored, {.at = is_now ? now : asked, .is_now = is_now, .inbox = shared_->inbox.folder()});
  if (options.json) {
    platform::print(to_json_text(report) + "\n");
  } else {
    const bool is_terminal = platform::standard_output_is_a_terminal();
    platform::print(to_text(report, is_terminal ? platform::terminal_columns() : 0));
  }
  tell(report);
  return report.unreadable == 0 ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::receiver
