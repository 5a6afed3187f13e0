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

/// The files that a queued batch was packed from. This is kept beside the payloads in the outbox,
/// so it is there exactly as long as the batch is:
///
///   file   = { record }
///   record = size " " modified " " sha256 " " location NUL
///
/// `modified` in nanoseconds since the epoch, or "-" where it proves nothing.

namespace healthmetric::pack {

/// One source file as it was when it was packed.
struct PackedFileRecord {
  std::string location;  ///< absolute, without links in its folders
  std::uint64_t size_bytes = 0;
  std::optional<std::int64_t> modified_ns;  ///< nothing: too young to be trusted
  std::string sha256;
};

/// A file written this shortly before it was looked at may be written again without a change of its
/// time, as far as file systems keep it.
inline constexpr std::chrono::seconds kYoungest{2};

/// A file's time, in nanoseconds, as far as it can be trusted to tell a later change: not one of
/// the future, nor one before 1970.
std::optional<std::int64_t> trusted_time(const platform::FileTime& modified,
                                         platform::Clock::time_point now);

/// Absolute names of files, without links in their folders, so that a file has one name wherever
/// the sender was started. Files of one folder follow each other: the last folder is remembered.
class Locations {
 public:
  std::string absolute(const std::string& location);

 private:
  std::string folder_;
  std::string canonical_;
  bool is_known_ = false;
};

/// Writes the records of a batch; what is in memory only has none.
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

/// True when the batch in `folder` has records.
bool has_packed_files(const std::filesystem::path& folder);

/// Calls `take` for each record of the batch in `folder`. Throws Error{io} when the file is
/// damaged; one that is missing has no records.
void for_each_packed_file(const std::filesystem::path& folder,
                          const std::function<void(const PackedFileRecord&)>& take);

}  // namespace healthmetric::pack
