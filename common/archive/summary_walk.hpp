#pragma once

#include <string>

#include "common/archive/storage_reader.hpp"
#include "common/archive/summary_reader.hpp"
#include "common/base/error.hpp"

namespace healthmetric::archive {

/// Receives what walk_summaries() finds. `path` is below the storage folder.
class SummaryVisitor {
 public:
  virtual ~SummaryVisitor() = default;

  /// A file in the summary `path`, which is still being read and may turn out to be invalid later.
  virtual void on_file(const std::string& path, const RecordedBatch& batch,
                       const RecordedFile& file) = 0;

  /// A summary that was read to its end.
  virtual void on_summary(const std::string& path, const RecordedBatch& batch) = 0;

  /// A summary that cannot be read. Called once; the walk goes on. `why` need not name it.
  virtual void on_bad_summary(const std::string& path, const Error& why) = 0;

  /// Something that is not named like a summary, or not a regular file.
  virtual void on_other(const std::string& path, StorageReader::Entry entry) = 0;
};

/// Reads all summaries of a storage, in the order of StorageReader::walk(): by year, month and day
/// of the batches, and by batch id. Memory does not grow with their number, only with that of the
/// names in the largest folder. Throws as StorageReader does if a folder cannot be listed, and what
/// `visitor` throws.
void walk_summaries(StorageReader& storage, SummaryVisitor& visitor);

}  // namespace healthmetric::archive
