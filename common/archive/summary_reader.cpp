#include "common/archive/summary_reader.hpp"

#include <algorithm>
#include <utility>

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/payload/metadata_reader.hpp"
#include "common/text/json_scanner.hpp"

namespace healthmetric::archive {
namespace {

constexpr text::JsonScanner::Bounds kSummaryBounds{6, 1000, kMaxRecordedTextBytes};

RecordedFile read_file_entry(text::JsonScanner& scanner) {
  RecordedFile file;
  std::string key;
  scanner.begin_object();
  while (scanner.next_key(key)) {
    if (key == "path") {
      file.path = scanner.string();
    } else if (key == "stored_path") {
      file.stored_path = scanner.string();
    } else if (key == "size") {
      file.size_bytes = scanner.unsigned_integer();
    } else if (key == "sha256") {
      file.sha256 = scanner.string();
    } else if (key == "content_type") {
      file.content_type = scanner.string();
    } else if (key == "modified") {
      if (!scanner.consume_null()) file.modified = payload::read_moment(scanner);
    } else if (key == "git_blob") {
      file.git_blob = scanner.string();
    } else {
      scanner.skip_value();
    }
  }
  return file;
}

/// Everything but the status and the list of files.
void read_member(text::JsonScanner& scanner, const std::string& key, RecordedBatch& batch) {
  if (key == "schema_version") {
    batch.schema_version =
        static_cast<unsigned>(std::min<std::uint64_t>(scanner.unsigned_integer(), UINT32_MAX));
  } else if (key == "batch_id") {
    batch.batch_id = scanner.string();
  } else if (key == "batch_name") {
    batch.batch_name = scanner.string();
  } else if (key == "reason") {
    if (!scanner.consume_null()) batch.reason = scanner.string();
  } else if (key == "source") {
    batch.source = scanner.string();
  } else if (key == "sender") {
    if (!scanner.consume_null()) batch.sender = payload::read_sender(scanner);
  } else if (key == "timestamp") {
    batch.packed_at = payload::read_timestamp(scanner);
  } else if (key == "processed_at") {
    batch.processed_at = payload::read_timestamp(scanner);
  } else if (key == "total_files") {
    batch.total_files = scanner.unsigned_integer();
  } else if (key == "total_size") {
    batch.total_size_bytes = scanner.unsigned_integer();
  } else if (key == "folders") {
    batch.folders = payload::read_paths(scanner);
  } else if (key == "gone") {
    batch.gone = payload::read_paths(scanner);
  } else if (key == "producer") {
    batch.producer.id = scanner.string();  // a host's name where the sender told none
  } else if (!payload::read_producer_member(scanner, key, batch.producer)) {
    scanner.skip_value();
  }
}

void read_files(text::JsonScanner& scanner, RecordedBatch& batch, const FileHandler& use) {
  batch.producer.id = producer_of(batch.producer, batch.sender);
  scanner.begin_array();
  while (scanner.next_element()) {
    RecordedFile file = read_file_entry(scanner);
    batch.listed_files += 1;
    batch.listed_size_bytes += file.size_bytes;
    use(batch, std::move(file));
  }
}

/// A batch that was rejected before its metadata were read has its name in its id alone.
std::string name_in(const std::string& batch_id) {
  const auto id = payload::BatchId::parse(batch_id);
  return id ? id->slug : "";
}

/// `use` is empty where the files are not wanted.
RecordedBatch read_document(text::JsonScanner& scanner, const FileHandler& use) {
  RecordedBatch batch;
  bool has_status = false;
  bool has_files = false;
  std::string key;
  scanner.begin_object();
  while (!(has_files && !use) && scanner.next_key(key)) {
    if (key == "status") {
      batch.status = parse_batch_status(scanner.string());
      has_status = true;
    } else if (key == "files") {
      if (use) read_files(scanner, batch, use);
      has_files = true;
    } else {
      read_member(scanner, key, batch);
    }
  }
  if (use) scanner.expect_end();
  batch.producer.id = producer_of(batch.producer, batch.sender);
  if (!has_status || !has_files) {
    throw Error(ErrorCode::bad_payload, "the summary has no status or no files");
  }
  if (batch.batch_name.empty()) batch.batch_name = name_in(batch.batch_id);
  return batch;
}

}  // namespace

RecordedBatch read_summary(Source& source, const FileHandler& use) {
  text::JsonScanner scanner(source, kSummaryBounds, text::JsonScanner::Buffer::small);
  return read_document(scanner, use);
}

std::optional<RecordedBatch> read_summary(StorageReader& storage, const payload::RelativePath& path,
                                          const FileHandler& use) {
  auto file = storage.open(path);
  if (!file) return {};
  if (file->first_state().size_bytes > kMaxSummaryBytes) {
    throw Error(ErrorCode::too_large,
                "the summary is larger than " + human_bytes(kMaxSummaryBytes));
  }
  return read_summary(*file, use);
}

std::optional<payload::RelativePath> find_summary(StorageReader& storage,
                                                  const payload::BatchId& id) {
  for (payload::RelativePath path : {summary_path(id), flat_summary_path(id)}) {
    if (storage.exists(path)) return path;
  }
  return {};
}

std::optional<Receipt> read_receipt(StorageReader& storage, const payload::BatchId& id) {
  const auto path = find_summary(storage, id);
  auto file = path ? storage.open(*path) : std::nullopt;
  if (!file) return {};
  return with_context(in_quotes(path->str()), [&] { return std::optional(read_receipt(*file)); });
}

}  // namespace healthmetric::archive
