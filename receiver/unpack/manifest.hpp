#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/archive/storage.hpp"
#include "common/payload/relative_path.hpp"
#include "common/platform/file.hpp"

/// The list of a batch's files, kept on disk while the batch is unpacked: a batch may have a
/// hundred thousand files with long names, and the receiver's memory must not grow with it.
///
/// One line a file, fields separated by tabs; paths have no control characters, so nothing needs
/// an escape:
///
///   <size> <sha256> <git blob> <content type> <modified> <0|1 looks right> <path> <stored path>

namespace healthmetric::unpack {

/// Valid as long as what it points to; when reading entries, until the next one is read.
struct ManifestEntry {
  std::uint64_t size_bytes = 0;
  std::string_view sha256;
  std::string_view git_blob;  ///< empty: not asked for
  std::string_view content_type;
  std::string_view modified;  ///< RFC 3339; empty: not known
  bool looks_like_its_extension = true;
  std::string_view path;         ///< as sent
  std::string_view stored_path;  ///< below `_storage/`
};

class ManifestWriter {
 public:
  ManifestWriter(archive::Storage& storage, const payload::RelativePath& path)
      : file_(storage.create(path)) {}

  void append(const ManifestEntry& entry);
  void finish() { file_.flush(); }

 private:
  platform::OutputFile file_;
  std::string line_;
};

/// Calls `use` for each entry, in the order they were written.
void for_each_entry(archive::Storage& storage, const payload::RelativePath& manifest,
                    const std::function<void(const ManifestEntry&)>& use);

}  // namespace healthmetric::unpack
