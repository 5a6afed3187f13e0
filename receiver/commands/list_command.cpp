#include "receiver/commands/list_command.hpp"

#include <limits>
#include <optional>
#include <utility>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/clock.hpp"
#include "common/platform/file.hpp"
#include "common/platform/terminal.hpp"
#include "common/program/option_values.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"
#include "receiver/commands/json_list.hpp"
#include "receiver/commands/text_table.hpp"

namespace healthmetric::receiver {
namespace {

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint32_t>::max();

std::string_view to_text(archive::BatchStatus status) {
  return status == archive::BatchStatus::stored ? "stored" : "rejected";
}

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
                std::string(to_text(batch.status)), id.unique});
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
               {"status", to_text(batch.status)},
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

/// Puts what the filter takes into a list.
class Listing {
 public:
  Listing(archive::StorageReader& storage, const BatchFilter& filter, std::uint64_t limit,
          BatchList& list)
      : storage_(storage), filter_(filter), left_(limit), list_(list) {}

  void run(archive::Order order) {
    const archive::SummaryHandler handler{
        [this](const auto& path, const auto& id) { return add(path, id); },
        [this](const Error& why) { complain(why); }};
    archive::for_each_summary(storage_, filter_.period, order, handler);
    list_.finish();
  }

  [[nodiscard]] std::uint64_t unreadable() const { return unreadable_; }
  [[nodiscard]] bool is_empty() const { return listed_ == 0; }

 private:
  archive::Next add(const payload::RelativePath& path, const payload::BatchId& id) {
    try {
      const auto batch = archive::read_summary_head(storage_, path);
      if (!batch || !filter_.takes(*batch)) return archive::Next::go_on;
      list_.add(id, *batch);
    } catch (const Error& error) {
      if (!is_of_the_summary(error)) throw;
      complain(error);
      return archive::Next::go_on;
    }
    ++listed_;
    return --left_ == 0 ? archive::Next::stop : archive::Next::go_on;
  }

  /// Else something is wrong with the whole run.
  static bool is_of_the_summary(const Error& error) {
    return error.code() == ErrorCode::bad_payload || error.code() == ErrorCode::too_large ||
           error.code() == ErrorCode::unsafe_path;
  }

  void complain(const Error& why) {
    log::error(why.what());
    ++unreadable_;
  }

  archive::StorageReader& storage_;
  const BatchFilter& filter_;
  std::uint64_t left_;
  BatchList& list_;
  std::uint64_t listed_ = 0;
  std::uint64_t unreadable_ = 0;
};

}  // namespace

ListOptions::ListOptions() : OptionGroup("Output"), limit_(kNoLimit) {
  add({.name = "limit",
       .value = "N",
       .help = "List no more than N batches",
       .goes_to = &limit_,
       .check = program::number_check(1, kNoLimit)});
  add({.name = "reverse", .help = "List the oldest batch first", .goes_to = &reverse_});
}

archive::Order ListOptions::order() const {
  return reverse_ ? archive::Order::oldest_first : archive::Order::newest_first;
}

ListCommand::ListCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("list", "List the batches that were stored or rejected"), shared_(std::move(shared)) {
  take(shared_->storage, shared_->batch_names, shared_->batch_filter, list_, shared_->json,
       shared_->ndjson, shared_->log);
}

program::ExitStatus ListCommand::run(const program::CommandLine& line) {
  constexpr bool kChangesNothing = true;
  const RunOptions options = shared_->of_run(line, kChangesNothing);
  platform::SystemClock clock;
  const BatchFilter filter =
      shared_->batch_filter.filter(shared_->batch_names, clock.now_seconds());
  archive::StorageReader storage = open_storage_to_read(options, line);
  const std::unique_ptr<BatchList> list = make_list(options.json, shared_->ndjson.ndjson());
  Listing listing(storage, filter, list_.limit(), *list);
  listing.run(list_.order());
  if (listing.is_empty()) log::info("there is no such batch in " + in_quotes(storage.root()));
  return listing.unreadable() == 0 ? program::ExitStatus::success
                                   : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::receiver
