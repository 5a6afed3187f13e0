#include "receiver/commands/page_command.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/clock.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/show_result.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"
#include "receiver/commands/output_file.hpp"
#include "receiver/commands/recorded_batches.hpp"
#include "receiver/commands/stored_files.hpp"
#include "receiver/page/page_data.hpp"
#include "receiver/page/page_text.hpp"

namespace healthmetric::receiver {
namespace {

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

/// What the batches were chosen by, for people.
std::vector<std::string> described(const BatchFilter& filter) {
  std::vector<std::string> all;
  for (const std::string& producer : filter.producers) all.push_back("producer " + producer);
  for (const std::string& name : filter.names) all.push_back("batch name " + name);
  const archive::Period whole;
  const auto add_time = [&](const char* what, std::chrono::sys_seconds time) {
    all.push_back(what + text::format_timestamp(time));
  };
  if (filter.period.begin != whole.begin) add_time("packed since ", filter.period.begin);
  if (filter.period.end != whole.end) add_time("packed before ", filter.period.end);
  if (filter.status) all.emplace_back(archive::to_text(*filter.status));
  return all;
}

/// Reads the summaries into the data of a page.
class PageReader {
 public:
  PageReader(StoredFiles& stored, const BatchFilter& filter, std::chrono::sys_seconds as_of,
             page::PageData& data)
      : stored_(stored), filter_(filter), as_of_(as_of), data_(data) {}

  void read() {
    const auto add = [&](const payload::BatchId& id, const archive::RecordedBatch& batch) {
      platform::stop_soon_if_signalled();
      if (batch.processed_at <= as_of_) add_batch(id, batch);
      return archive::Next::go_on;
    };
    for_each_batch(stored_.storage(), filter_, archive::Order::newest_first, add,
                   [&](const Error& why) { stored_.complain(why); });
  }

 private:
  void add_batch(const payload::BatchId& id, const archive::RecordedBatch& head) {
    if (!data_.has_room()) return data_.add_older(head);
    page::BatchFiles files;
    const auto batch = read_files(id, files);
    if (batch) data_.add(id, *batch, files);
  }

  /// Of a summary that is damaged behind its head, nothing is shown.
  std::optional<archive::RecordedBatch> read_files(const payload::BatchId& id,
                                                   page::BatchFiles& files) {
    const auto path = archive::find_summary(stored_.storage(), id);
    if (!path) return {};
    try {
      return with_context([&] { return in_quotes(path->str()); },
                          [&] {
                            return archive::read_summary(
                                stored_.storage(), *path,
                                [&](const archive::RecordedBatch& /*batch*/,
                                    const archive::RecordedFile& file) { files.add(file); });
                          });
    } catch (const Error& error) {
      if (!archive::is_of_one_summary(error)) throw;
      stored_.complain(error);
      return {};
    }
  }

  StoredFiles& stored_;
  const BatchFilter& filter_;
  std::chrono::sys_seconds as_of_;
  page::PageData& data_;
};

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
  take(shared_->storage, shared_->output, shared_->limit, shared_->batch_names,
       shared_->batch_filter, shared_->at, shared_->json, shared_->log);
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
  const std::chrono::sys_seconds at = shared_->at.time(now);
  const BatchFilter filter = shared_->batch_filter.filter(shared_->batch_names, now);
  archive::StorageReader storage = open_storage_to_read(options, line);
  refuse_storage("--output ", output, options.storage);

  StoredFiles stored(storage);
  page::PageData data(shared_->limit.limit(page::kDefaultBatches));
  PageReader(stored, filter, at, data).read();
  stored.suggest_checkout(data.batches());
  const page::Heading heading{now, std::min(at, now), described(filter), stored.faults()};
  MadePage result{output.string(), data.batches(), data.older_batches(), 0, stored.faults()};
  write_output(output, [&](Sink& sink) {
    CountingSink out(sink);
    page::write_page(page::built_in_parts(), data.to_json(heading), out);
    result.bytes = out.count();
  });
  if (output != kStandardOutput) program::show_result(options, result);
  return result.faults == 0 ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::receiver
