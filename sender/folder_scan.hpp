#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/batch.hpp"
#include "common/relative_path.hpp"

namespace healthmetric {

/// One thing to send. A batch may have a hundred thousand: no std::filesystem::path, which takes
/// several times the memory of its text.
struct SourceFile {
  RelativePath path;     ///< its name in the batch
  std::string location;  ///< on this machine; empty: the content is ScanResult::text
};

/// Why something was left out.
enum class LeftOut {
  by_rule,   ///< as documented: hidden, a link, a type that is not sent
  by_error,  ///< it should have been sent and could not be
};

/// The reason given for a type that is not sent unless all are asked for.
inline constexpr const char* kUnsupportedType = "unsupported type";

struct LeftOutFile {
  SkippedFile file;
  LeftOut kind = LeftOut::by_rule;
};

struct ScanResult {
  std::vector<SourceFile> files;  ///< sorted by path, unique
  std::vector<LeftOutFile> left_out;
  std::uint64_t size_bytes = 0;  ///< of the files as they are now
  std::string text;              ///< the content of the one file that lies nowhere
};

enum class Types { supported, all };

/// All files below `folder`. Symbolic links are not followed, hidden entries and `.git` not
/// entered; what is left out is named in the result. Files that grow past `limits` are left out by
/// error, as are names that are not UTF-8 and what may not be read.
/// Throws Error{usage} when `folder` is no folder that can be read, Error{too_large} past the
/// limits of a batch.
ScanResult scan_folder(const std::filesystem::path& folder, Types types, const Limits& limits);

/// Files named by hand: taken whatever their type, each under its base name. Throws Error{usage}
/// when none can be read, or two have one name.
ScanResult scan_files(const std::vector<std::filesystem::path>& files, const Limits& limits);

/// JSON text, stored as `data.json`. Throws Error{usage} when it is no JSON.
ScanResult scan_json(std::string text);

}  // namespace healthmetric
