#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/payload/relative_path.hpp"

/// Which folder a queued batch was packed from, and the files gone from it. It is kept beside the
/// payloads in the outbox:
///
///   file = folder NUL batch_name NUL { path NUL }

namespace healthmetric::pack {

/// A folder that is sent under a batch name.
struct SourceFolder {
  std::string folder;  ///< absolute, without links
  std::string batch_name;

  /// The location of a file below it.
  [[nodiscard]] std::string location_of(const std::string& path) const {
    return (folder.ends_with('/') ? folder : folder + "/") + path;
  }

  friend bool operator==(const SourceFolder&, const SourceFolder&) = default;
};

struct SourceRecord {
  SourceFolder source;
  std::vector<std::string> gone;
};

/// Creates the file in the batch's `folder`. Throws Error{io}.
void write_source_record(const std::filesystem::path& folder, const SourceRecord& record);

/// Nullopt if the batch was not packed from a folder. Throws Error{io} if the file is damaged.
std::optional<SourceRecord> read_source_record(const std::filesystem::path& folder);

}  // namespace healthmetric::pack
