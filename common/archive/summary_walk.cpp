#include "common/archive/summary_walk.hpp"

#include <exception>
#include <optional>

#include "common/archive/layout.hpp"

namespace healthmetric::archive {
namespace {

void read_one(StorageReader& storage, const std::string& path, SummaryVisitor& visitor) {
  std::optional<RecordedBatch> batch;
  bool visitor_threw = false;
  const auto use = [&](const RecordedBatch& head, const RecordedFile& file) {
    visitor_threw = true;
    visitor.on_file(path, head, file);
    visitor_threw = false;
  };
  try {
    batch = read_summary(storage, payload::RelativePath(path), use);
  } catch (const Error& error) {
    if (visitor_threw) throw;
    return visitor.on_bad_summary(path, error);
  }
  if (batch) visitor.on_summary(path, *batch);
}

}  // namespace

void walk_summaries(StorageReader& storage, SummaryVisitor& visitor) {
  storage.walk(kSummariesFolder, [&](const std::string& path, StorageReader::Entry entry) {
    if (entry != StorageReader::Entry::file || !is_summary_name(path)) {
      return visitor.on_other(path, entry);
    }
    read_one(storage, path, visitor);
  });
}

}  // namespace healthmetric::archive
