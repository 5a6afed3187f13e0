#include "receiver/commands/list_command.hpp"

#include <limits>
#include <utility>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/clock.hpp"
#include "common/platform/file.hpp"
#include "common/platform/terminal.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"
#include "receiver/commands/json_list.hpp"
#include "receiver/commands/recorded_batches.hpp"
#include "receiver/commands/stored_files.hpp"
#include "receiver/commands/text_table.hpp"

namespace healthmetric::receiver {
namespace {

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

/// Where the batches go, one by one.
class BatchList {
 public:
  virtual ~BatchList() = default;
  virtual void add(const payload::BatchId& id, const archive::RecordedBatch& batch) = 0;
  virtual void finish() = 0;
};

class ListForPeople final : public BatchList {
 public:
  ListForPeople()
      : table_({{"TIME"},
                {"BATCH", Align::left, true},
                {"PRODUCER", Align::left, true},
                {"FILES", Align::right},
                {"SIZE", Align::right},
                {"STATUS"},
                {"ID"}},
               platform::standard_output_is_a_terminal() ? platform::terminal_columns() : 0,
               platform::print) {}

  void add(const payload::BatchId& id, const archive::RecordedBatch& batch) override {
    std::string time = text::format_timestamp(id.time);
    time.resize(16);  // to the minute
    time[10] = ' ';
    table_.add({time, printable(batch.batch_name), printable(batch.producer.id),
                std::to_string(batch.total_files), human_bytes(batch.total_size_bytes),
                std::string(archive::to_text(batch.status)), id.unique});
  }

  void finish() override { table_.finish(); }

 private:
  TextTable table_;
};

class ListForPrograms final : public BatchList {
 public:
  explicit ListForPrograms(JsonList::Form form) : list_(form, platform::print) {}

  void add(const payload::BatchId& id, const archive::RecordedBatch& batch) override {
    list_.add({{"batch_id", id.str()},
               {"batch_name", batch.batch_name},
               {"producer", batch.producer.id},
               {"timestamp", text::format_timestamp(id.time)},
               {"processed_at", text::format_timestamp(batch.processed_at)},
               {"status", archive::to_text(batch.status)},
               {"reason", batch.reason.empty() ? text::Json(nullptr) : text::Json(batch.reason)},
               {"files", batch.total_files},
               {"bytes", batch.total_size_bytes}});
  }

  void finish() override { list_.finish(); }

 private:
  JsonList list_;
};

std::unique_ptr<BatchList> make_list(bool json, bool ndjson) {
  if (ndjson) return std::make_unique<ListForPrograms>(JsonList::Form::lines);
  if (json) return std::make_unique<ListForPrograms>(JsonList::Form::array);
  return std::make_unique<ListForPeople>();
}

}  // namespace

ListOptions::ListOptions() : OptionGroup(kOutputGroup) {
  add({.name = "reverse", .help = "List the oldest batch first", .goes_to = &reverse_});
}

archive::Order ListOptions::order() const {
  return reverse_ ? archive::Order::oldest_first : archive::Order::newest_first;
}

ListCommand::ListCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("list", "List the batches that were stored or rejected"), shared_(std::move(shared)) {
  take(shared_->storage, shared_->batch_names, shared_->batch_filter, shared_->limit, list_,
       shared_->json, shared_->ndjson, shared_->log);
}

program::ExitStatus ListCommand::run(const program::CommandLine& line) {
  constexpr bool kChangesNothing = true;
  const RunOptions options = shared_->of_run(line, kChangesNothing);
  platform::SystemClock clock;
  const BatchFilter filter =
      shared_->batch_filter.filter(shared_->batch_names, clock.now_seconds());
  archive::StorageReader storage = open_storage_to_read(options, line);
  StoredFiles stored(storage);
  const std::unique_ptr<BatchList> list = make_list(options.json, shared_->ndjson.ndjson());
  const std::uint64_t limit = shared_->limit.limit(kNoLimit);
  std::uint64_t listed = 0;
  const auto add = [&](const payload::BatchId& id, const archive::RecordedBatch& batch) {
    list->add(id, batch);
    return ++listed == limit ? archive::Next::stop : archive::Next::go_on;
  };
  for_each_batch(storage, filter, list_.order(), add,
                 [&](const Error& why) { stored.complain(why); });
  list->finish();
  stored.suggest_checkout(listed);
  if (listed == 0) stored.say_there_is_no("batch");
  return stored.faults() == 0 ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::receiver
