#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/payload/relative_path.hpp"

/// Which folder a queued batch was made of, and what was gone from it. It lies beside the payloads
/// in the outbox:
///
///   file = folder NUL batch_name NUL { path NUL }

namespace healthmetric::pack {

/// A folder that is sent under a batch name.
struct SourceFolder {
  std::string folder;  ///< absolute, without links
  std::string batch_name;

  /// Of a file below it.
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

/// Nothing for a batch that was made of no folder. Throws Error{io} when the file is damaged.
std::optional<SourceRecord> read_source_record(const std::filesystem::path& folder);

}  // namespace healthmetric::pack
