#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "common/platform/clock.hpp"
#include "common/platform/file.hpp"
#include "sender/pack/pack.hpp"

/// The files that a queued batch was packed from. The list is kept beside the payloads in the
/// outbox, so it exists exactly as long as the batch:
///
///   file   = { record }
///   record = size " " modified " " sha256 " " location NUL
///
/// `modified` in nanoseconds since the epoch, or "-" if it cannot be trusted.

namespace healthmetric::pack {

/// One source file as it was when it was packed.
struct PackedFileRecord {
  std::string location;  ///< absolute, without links in its folders
  std::uint64_t size_bytes = 0;
  std::optional<std::int64_t> modified_ns;  ///< nullopt: too recent to be trusted
  std::string sha256;
};

/// A file written this recently may be written again without its time changing, because file
/// systems store times with limited precision.
inline constexpr std::chrono::seconds kLeastTrustedAge{2};

/// A file's time, in nanoseconds; nullopt if a later change might not change it: it is too recent,
/// in the future, or before 1970.
std::optional<std::int64_t> trusted_time(const platform::FileTime& modified,
                                         platform::Clock::time_point now);

/// Absolute paths of files, without links in their folders, so that a file has the same path
/// wherever the sender is started. Files of one folder come in a row: the last folder is cached.
class Locations {
 public:
  std::string absolute(const std::string& location);

 private:
  std::string folder_;
  std::string canonical_;
  bool is_known_ = false;
};

/// Writes the records of a batch; files in memory only have none.
class PackedFilesWriter {
 public:
  /// Creates the file in `folder`.
  PackedFilesWriter(const std::filesystem::path& folder, platform::Clock& clock);

  void add(const PackedFile& file);
  void finish() { file_.sync(); }

 private:
  platform::Clock& clock_;
  platform::OutputFile file_;
  Locations locations_;
};

/// True if the batch in `folder` has records.
bool has_packed_files(const std::filesystem::path& folder);

/// Calls `take` for each record of the batch in `folder`. Throws Error{io} if the file is damaged;
/// a missing file has no records.
void for_each_packed_file(const std::filesystem::path& folder,
                          const std::function<void(const PackedFileRecord&)>& take);

}  // namespace healthmetric::pack
