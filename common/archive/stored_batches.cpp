#include "common/archive/stored_batches.hpp"

#include <unordered_set>
#include <utility>

#include "common/archive/layout.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::archive {
namespace {

std::vector<std::string> texts_of(const std::vector<payload::RelativePath>& paths) {
  std::vector<std::string> texts;
  texts.reserve(paths.size());
  for (const payload::RelativePath& path : paths) texts.push_back(path.str());
  return texts;
}

/// Whether the summary lies where version 1 put it, although there is one in the folder of the day.
bool is_second_summary(StorageReader& storage, const payload::RelativePath& summary,
                       const payload::BatchId& id) {
  const payload::RelativePath by_day = summary_path(id);
  return summary != by_day && storage.exists(by_day);
}

/// Throws Error{unsafe_path}.
void check_paths(const RecordedFile& file) {
  (void)payload::RelativePath(file.path);
  (void)payload::RelativePath(file.stored_path, payload::RelativePath::kMaxStoredBytes);
}

}  // namespace

bool is_of_one_summary(const Error& error) {
  return error.code() == ErrorCode::bad_payload || error.code() == ErrorCode::too_large ||
         error.code() == ErrorCode::unsafe_path || error.code() == ErrorCode::io;
}

void check_head(StorageReader& storage, const payload::RelativePath& summary,
                const payload::BatchId& id, const RecordedBatch& batch, const Complain& complain) {
  if (is_second_summary(storage, summary, id)) {
    throw Error(ErrorCode::bad_payload, "the batch has another summary, " +
                                            in_quotes(summary_path(id).str()) + ", which counts");
  }
  if (batch.schema_version <= kSummarySchemaVersion) return;
  complain(
      Error(ErrorCode::bad_payload,
            fmt::format("{} has schema_version {}, and this program knows {} and older: "
                        "use a later version",
                        in_quotes(summary.str()), batch.schema_version, kSummarySchemaVersion)));
}

SeriesBatch head_of(const RecordedBatch& batch) {
  return {batch.batch_id,
          {batch.producer.id, batch.batch_name, batch.producer.instance, batch.source},
          batch.producer.sequence,
          batch.processed_at};
}

text::Moment time_of(const RecordedFile& file, const SeriesBatch& batch) {
  if (file.modified) return *file.modified;
  const auto id = payload::BatchId::parse(batch.batch_id);
  return {id ? id->time : batch.processed_at};
}

bool StoredBatches::is_readable(const std::string& summary,
                                const std::function<void()>& work) const {
  try {
    with_context([&] { return in_quotes(summary); }, work);
    return true;
  } catch (const Error& error) {
    if (!is_of_one_summary(error)) throw;
    complain_(error);
    return false;
  }
}

std::optional<RecordedBatch> StoredBatches::wanted_head(const payload::RelativePath& summary,
                                                        const payload::BatchId& id,
                                                        const Wants& wants,
                                                        const ReadHead& read) const {
  std::optional<RecordedBatch> batch;
  is_readable(summary.str(), [&] {
    std::optional<RecordedBatch> head = read();
    if (!head || head->status != BatchStatus::stored || !wants(*head)) return;
    if (head->batch_id != id.str()) {
      throw Error(ErrorCode::bad_payload, "it is the summary of another batch");
    }
    check_head(storage_, summary, id, *head, complain_);
    batch = std::move(head);
  });
  return batch;
}

void StoredBatches::add(const payload::RelativePath& summary, const payload::BatchId& id,
                        const Wants& wants) {
  keep(summary,
       wanted_head(summary, id, wants, [&] { return read_summary(storage_, summary, {}); }));
}

void StoredBatches::keep(const payload::RelativePath& summary,
                         const std::optional<RecordedBatch>& head) {
  if (!head) return;
  heads_.push_back(head_of(*head));
  const std::size_t batch = heads_.size() - 1;
  if (summary_of(batch) != summary.str()) elsewhere_[batch] = summary.str();
}

std::string StoredBatches::summary_of(std::size_t batch) const {
  const auto found = elsewhere_.find(batch);
  if (found != elsewhere_.end()) return found->second;
  return summary_path(payload::BatchId::parse(heads_[batch].batch_id).value()).str();
}

void StoredBatches::add_all(const Wants& wants) {
  const auto on_summary = [&](const payload::RelativePath& path, const payload::BatchId& id,
                              const ReadHead& read) {
    keep(path, wanted_head(path, id, wants, read));
    return Next::go_on;
  };
  for_each_head(storage_, {}, Order::oldest_first, {on_summary, complain_});
}

std::optional<RecordedBatch> StoredBatches::read_safe_files(const std::string& summary,
                                                            const FileHandler& use) const {
  return read_summary(storage_, payload::RelativePath(summary),
                      [&](const RecordedBatch& batch, RecordedFile&& file) {
                        if (batch.listed_files > kMaxRecordedFiles) {
                          throw Error(ErrorCode::too_large,
                                      fmt::format("more than {} files", kMaxRecordedFiles));
                        }
                        if (!is_readable(summary, [&] { check_paths(file); })) return;
                        use(batch, std::move(file));
                      });
}

BatchContent StoredBatches::read(std::size_t batch) const {
  const std::string summary = summary_of(batch);
  BatchContent content;
  std::unordered_set<std::string> paths;
  const auto use = [&](const RecordedBatch& /*batch*/, RecordedFile&& file) {
    if (!paths.insert(file.path).second) {
      complain_(
          Error(ErrorCode::bad_payload, fmt::format("{} lists {} twice: the first entry counts",
                                                    in_quotes(summary), in_quotes(file.path))));
      return;
    }
    content.files.push_back(std::move(file));
  };
  const bool is_whole = is_readable(summary, [&] {
    const auto read = read_safe_files(summary, use);
    if (!read) return;
    content.gone = texts_of(read->gone);
    content.folders = texts_of(read->folders);
  });
  return is_whole ? std::move(content) : BatchContent();
}

void StoredBatches::for_each_version(const Period& period, const Wants& wants,
                                     const FileHandler& use) {
  const auto on_summary = [&](const payload::RelativePath& path, const payload::BatchId& id,
                              const ReadHead& read) {
    if (!wanted_head(path, id, wants, read)) return Next::go_on;
    std::optional<Error> failure;  // of whoever uses the files, not of the summary
    is_readable(path.str(), [&] {
      (void)read_safe_files(path.str(), [&](const RecordedBatch& batch, RecordedFile&& file) {
        if (failure) return;
        try {
          use(batch, std::move(file));
        } catch (const Error& error) {
          failure = error;
        }
      });
    });
    if (failure) throw Error(*failure);
    return Next::go_on;
  };
  for_each_head(storage_, period, Order::newest_first, {on_summary, complain_});
}

}  // namespace healthmetric::archive
