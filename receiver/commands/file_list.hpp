#pragma once

#include <memory>
#include <string>

#include "common/archive/series.hpp"
#include "common/archive/summary.hpp"
#include "receiver/commands/json_list.hpp"

namespace healthmetric::receiver {

/// A stored version of a file, and whose it is.
struct ListedFile {
  const archive::RecordedFile& file;
  const archive::SeriesBatch& batch;
};

/// Where the files go, one by one. Memory does not grow with them.
class FileList {
 public:
  FileList() = default;
  FileList(const FileList&) = delete;
  FileList& operator=(const FileList&) = delete;
  virtual ~FileList() = default;

  virtual void add(const ListedFile& file) = 0;
  virtual void finish() = 0;
};

/// A table: of the files that there are, or of all their versions.
enum class Columns { state, versions };
std::unique_ptr<FileList> make_file_table(Columns columns);

std::unique_ptr<FileList> make_json_file_list(JsonList::Form form);

/// One path a file, and nothing else, for a script: the original one, or where the file is stored
/// in the folder `root`.
enum class Paths { original, stored };
enum class LineEnd { line_feed, nul };
std::unique_ptr<FileList> make_path_list(Paths paths, LineEnd end, const std::string& root);

}  // namespace healthmetric::receiver
