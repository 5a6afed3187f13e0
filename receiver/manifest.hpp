#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "common/file_io.hpp"
#include "common/relative_path.hpp"
#include "receiver/storage.hpp"

/// What a batch holds, file by file, kept on disk while the batch is unpacked: a batch may have a
/// hundred thousand files with long names, and the receiver's memory must not grow with it.
///
/// One line a file, fields separated by tabs; paths have no control characters, so nothing needs
/// an escape:
///
///   <staged number> <size> <sha256> <git blob> <content type> <0|1 looks right> <path> <stored>

namespace healthmetric {

struct ManifestEntry {
  std::uint64_t staged_number;  ///< the file's name in the staging folder
  std::uint64_t size_bytes;
  std::string sha256;
  std::string git_blob;
  std::string content_type;
  bool looks_like_its_extension;
  RelativePath path;        ///< as sent
  std::string stored_path;  ///< below `_storage/`; empty until it is decided
};

class ManifestWriter {
 public:
  ManifestWriter(Storage& storage, const RelativePath& path) : file_(storage.create(path)) {}

  void append(const ManifestEntry& entry);
  void finish() { file_.flush(); }

 private:
  OutputFile file_;
};

/// Calls `use` for each entry, in the order they were written.
void for_each_entry(Storage& storage, const RelativePath& manifest,
                    const std::function<void(const ManifestEntry&)>& use);

}  // namespace healthmetric
