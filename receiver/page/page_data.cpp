#include "receiver/page/page_data.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "common/base/capped_sum.hpp"
#include "common/base/format.hpp"
#include "common/base/version.hpp"
#include "common/text/json.hpp"

namespace healthmetric::page {
namespace {

/// What a file takes beside its path.
constexpr std::size_t kBytesOfAFile = 32;

/// Of a batch; the others are counted.
constexpr std::size_t kMaxGone = 100;

std::int64_t seconds_of(std::chrono::sys_seconds time) {
  return std::int64_t{time.time_since_epoch().count()};
}

std::string array_of(const std::vector<std::size_t>& numbers) {
  Column column;
  for (const std::size_t number : numbers) column.add(number);
  return column.to_json();
}

/// Appends `"key":value`.
void append_member(std::string& members, std::uint64_t key, const std::string& value) {
  if (!members.empty()) members += ',';
  members += fmt::format("\"{}\":{}", key, value);
}

}  // namespace

void BatchFiles::add(const archive::RecordedFile& file) {
  if (files_.size() < kMaxFiles) files_.push_back(file);
  if (types_.size() < kMaxTypes) types_.insert(file.content_type);
}

void PageData::add(const payload::BatchId& id, const archive::RecordedBatch& batch,
                   const BatchFiles& files) {
  const bool is_rejected = batch.status == archive::BatchStatus::rejected;
  columns_.time.add(batches_ == 0 ? seconds_of(id.time)
                                  : std::int64_t{(last_time_ - id.time).count()});
  columns_.processed.add((batch.processed_at - id.time).count());
  columns_.slug.add(names_.index_of(id.slug));
  columns_.unique += id.unique;
  columns_.producer.add(producers_.index_of(batch.producer.id));
  columns_.name.add(names_.index_of(batch.batch_name));
  columns_.reason.add(is_rejected ? reasons_.index_of(batch.reason) + 1 : 0);
  columns_.files.add(batch.total_files);
  columns_.bytes.add(batch.total_size_bytes);
  columns_.types.add(type_set_of(files));
  const std::size_t listed = list_files(id, files);
  columns_.listed.add(listed);
  if (!is_rejected && listed < batch.total_files) ++unlisted_batches_;
  list_gone(batch);
  last_time_ = id.time;
  ++batches_;
}

void PageData::add_older(const archive::RecordedBatch& batch) {
  ++older_.batches;
  if (batch.status != archive::BatchStatus::stored) return;
  older_.files = capped_sum(older_.files, batch.total_files);
  older_.bytes = capped_sum(older_.bytes, batch.total_size_bytes);
}

std::size_t PageData::type_set_of(const BatchFiles& files) {
  std::vector<std::size_t> set;
  for (const std::string& type : files.types()) set.push_back(types_.index_of(type));
  std::sort(set.begin(), set.end());
  const auto [found, is_new] = type_sets_.emplace(std::move(set), type_sets_.size());
  if (is_new) {
    if (!type_sets_json_.empty()) type_sets_json_ += ',';
    type_sets_json_ += array_of(found->first);
  }
  return found->second;
}

bool PageData::has_room_for_files() const {
  return paths_.size_bytes() + files_ * kBytesOfAFile < kMaxFilesBytes;
}

std::size_t PageData::list_files(const payload::BatchId& id, const BatchFiles& files) {
  std::size_t listed = 0;
  for (const archive::RecordedFile& file : files.files()) {
    if (!has_room_for_files()) break;
    add_file(id, file);
    ++listed;
  }
  files_ += listed;
  return listed;
}

void PageData::add_file(const payload::BatchId& id, const archive::RecordedFile& file) {
  file_columns_.path.add(paths_.index_of(file.path));
  file_columns_.bytes.add(file.size_bytes);
  file_columns_.type.add(types_.index_of(file.content_type));
  if (file.modified) {
    file_columns_.modified.add((file.modified->second - id.time).count());
  } else {
    file_columns_.modified.add_null();
  }
  file_columns_.sha256.add(file.sha256);
}

void PageData::list_gone(const archive::RecordedBatch& batch) {
  if (batch.gone.empty()) return;
  std::vector<std::size_t> paths;
  for (const payload::RelativePath& path : batch.gone) {
    if (paths.size() == kMaxGone || !has_room_for_files()) break;
    paths.push_back(paths_.index_of(path.str()));
  }
  append_member(gone_json_, batches_, array_of(paths));
  if (paths.size() < batch.gone.size()) {
    append_member(more_gone_json_, batches_, std::to_string(batch.gone.size() - paths.size()));
  }
}

std::string PageData::texts_json() const {
  return fmt::format(R"({{"producers":{},"names":{},"reasons":{},"types":{},"paths":{}}})",
                     producers_.to_json(), names_.to_json(), reasons_.to_json(), types_.to_json(),
                     paths_.to_json());
}

std::string PageData::batches_json() const {
  const BatchColumns& all = columns_;
  return fmt::format(
      R"({{"time":{},"processed":{},"slug":{},"unique":"{}","producer":{},"name":{},"reason":{},)"
      R"("files":{},"bytes":{},"types":{},"listed":{}}})",
      all.time.to_json(), all.processed.to_json(), all.slug.to_json(), all.unique,
      all.producer.to_json(), all.name.to_json(), all.reason.to_json(), all.files.to_json(),
      all.bytes.to_json(), all.types.to_json(), all.listed.to_json());
}

std::string PageData::files_json() const {
  const FileColumns& all = file_columns_;
  return fmt::format(R"({{"path":{},"bytes":{},"type":{},"modified":{},"sha256":{}}})",
                     all.path.to_json(), all.bytes.to_json(), all.type.to_json(),
                     all.modified.to_json(), all.sha256.to_json());
}

std::string PageData::to_json(const Heading& heading) const {
  StringTable chosen(kMaxTextBytes);
  for (const std::string& text : heading.chosen) chosen.index_of(text);
  return fmt::format(
      R"({{"program":"{}","made":{},"as_of":{},"bounds":{},"errors":{},"unlisted_batches":{},)"
      R"("before":{{"batches":{},"files":{},"bytes":{}}},"texts":{},"type_sets":[{}],)"
      R"("batches":{},"files":{},"gone":{{{}}},"more_gone":{{{}}},"status":{}}})",
      kVersion, seconds_of(heading.made), seconds_of(heading.as_of), chosen.to_json(),
      heading.errors, unlisted_batches_, older_.batches, older_.files, older_.bytes, texts_json(),
      type_sets_json_, batches_json(), files_json(), gone_json_, more_gone_json_,
      heading.status_json);
}

}  // namespace healthmetric::page
