#include "receiver/commands/page_content.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/interruption.hpp"
#include "common/text/timestamp.hpp"
#include "receiver/commands/recorded_batches.hpp"
#include "receiver/commands/status_texts.hpp"
#include "receiver/commands/storage_status.hpp"
#include "receiver/page/page_data.hpp"

namespace healthmetric::receiver {
namespace {

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
  PageReader(StoredFiles& stored, const PageQuestion& question, page::PageData& data)
      : stored_(stored), question_(question), data_(data) {}

  void read() {
    const auto add = [&](const payload::BatchId& id, const archive::RecordedBatch& batch) {
      platform::stop_soon_if_signalled();
      if (batch.processed_at <= question_.until) add_batch(id, batch);
      return archive::Next::go_on;
    };
    for_each_batch(stored_.storage(), question_.filter, archive::Order::newest_first, add,
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
  const PageQuestion& question_;
  page::PageData& data_;
};

/// Who asks for some producers sees nothing of the others.
void keep_only(StorageStatus& status, const BatchFilter& filter) {
  if (filter.producers.empty()) return;
  std::erase_if(status.producers,
                [&](const auto& each) { return !filter.has_producer(each.producer); });
  std::erase_if(status.rejected,
                [&](const auto& each) { return !filter.has_producer(each.producer); });
  status.rejected_count = status.rejected.size();
  status.waiting.reset();  // whose they are is in the payloads
  status.waiting_count = 0;
}

void make_printable(std::string& text) {
  text = printable(text);
}

/// The names as the batches of the page have them.
void make_printable(StorageStatus& status) {
  for (watch::ProducerStatus& each : status.producers) {
    make_printable(each.producer);
    make_printable(each.sender_version);
    make_printable(each.os);
  }
  for (watch::RejectedBatch& each : status.rejected) {
    make_printable(each.batch_id);
    make_printable(each.producer);
    make_printable(each.reason);
  }
  if (!status.waiting) return;
  for (watch::WaitingBatch& each : *status.waiting) make_printable(each.batch_id);
}

/// As the page has it.
StorageStatus page_status(StoredFiles& stored, const PageQuestion& question) {
  StorageStatus status = status_of(stored, {.at = question.as_of,
                                            .now = question.now,
                                            .settings_file = question.settings_file,
                                            .inbox = question.inbox});
  keep_only(status, question.filter);
  make_printable(status);
  status.settings_file.clear();  // a path on this machine
  return status;
}

}  // namespace

PageContent read_page_content(StoredFiles& stored, const PageQuestion& question) {
  page::PageData data(question.limit);
  PageReader(stored, question, data).read();
  const StorageStatus status = page_status(stored, question);
  const page::Heading heading{.made = question.now,
                              .as_of = question.as_of,
                              .chosen = described(question.filter),
                              .status_json = to_json_text(status),
                              .errors = stored.faults() - status.inbox_faults};
  return {data.batches(), data.older_batches(), data.to_json(heading)};
}

}  // namespace healthmetric::receiver
