#include "receiver/commands/page_command.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/clock.hpp"
#include "common/program/show_result.hpp"
#include "common/text/json.hpp"
#include "receiver/commands/output_file.hpp"
#include "receiver/commands/page_content.hpp"
#include "receiver/commands/stored_files.hpp"
#include "receiver/page/page_data.hpp"
#include "receiver/page/page_text.hpp"

namespace healthmetric::receiver {
namespace {

constexpr OutputKind kPage{
    .example = "page.html", .name = "a page of healthmetric-receiver", .mark = page::kGenerator};

/// What was written, and to where.
struct MadePage {
  std::string output;
  std::uint64_t batches = 0;
  std::uint64_t older = 0;
  std::uint64_t bytes = 0;
  std::uint64_t faults = 0;
};

std::string to_line(const MadePage& result) {
  std::string line = "made a page of " + counted(result.batches, "batch", "batches") + ": " +
                     in_quotes(result.output) + " (" + human_bytes(result.bytes) + ")";
  if (result.older > 0) line += "; " + std::to_string(result.older) + " older not shown";
  if (result.faults > 0) line += "; " + counted(result.faults, "error", "errors");
  return line;
}

std::string to_json_text(const MadePage& result) {
  return text::to_text({{"output", result.output},
                        {"batches", result.batches},
                        {"older", result.older},
                        {"bytes", result.bytes},
                        {"errors", result.faults}});
}

/// Counts what passes through.
class CountingSink final : public Sink {
 public:
  explicit CountingSink(Sink& out) : out_(out) {}

  void write(std::string_view bytes) override {
    out_.write(bytes);
    count_ += bytes.size();
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  Sink& out_;
  std::uint64_t count_ = 0;
};

}  // namespace

PageCommand::PageCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("page", "Write a page about what was stored, for a browser; it loads nothing"),
      shared_(std::move(shared)) {
  take(shared_->storage, shared_->inbox, shared_->settings, shared_->output, shared_->limit,
       shared_->batch_names, shared_->batch_filter, shared_->at, shared_->json, shared_->log);
}

program::ExitStatus PageCommand::run(const program::CommandLine& line) {
  constexpr bool kChangesNothing = true;  // in the storage
  const RunOptions options = shared_->of_run(line, kChangesNothing);
  const std::filesystem::path& output = shared_->output.file();
  if (output.empty()) {
    throw Error(ErrorCode::usage,
                "page requires --output FILE (healthmetric-receiver page --help)");
  }
  platform::SystemClock clock;
  const std::chrono::sys_seconds now = clock.now_seconds();
  const std::chrono::sys_seconds until = shared_->at.time(now);
  const PageQuestion question{.filter = shared_->batch_filter.filter(shared_->batch_names, now),
                              .limit = shared_->limit.limit(page::kDefaultBatches),
                              .until = until,
                              .as_of = std::min(until, now),
                              .now = now,
                              .settings_file = shared_->settings.file(),
                              .inbox = shared_->inbox.folder()};
  archive::StorageReader storage = open_storage_to_read(options, line);
  refuse_storage("--output ", output, options.storage);

  StoredFiles stored(storage);
  const PageContent content = read_page_content(stored, question);
  MadePage result{output.string(), content.batches, content.older, 0, stored.faults()};
  write_output(output, kPage, [&](Sink& sink) {
    CountingSink out(sink);
    page::write_page(page::built_in_parts(), content.json, out);
    result.bytes = out.count();
  });
  if (output != kStandardOutput) program::show_result(options, result);
  return result.faults == 0 ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::receiver
