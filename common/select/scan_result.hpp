#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/payload/batch.hpp"
#include "common/select/file_list.hpp"

namespace healthmetric::select {

/// Why something was skipped.
enum class SkipCause {
  by_rule,   ///< as documented: hidden, a link, a type that is not sent
  by_error,  ///< it should have been sent and could not be
};

/// The reasons given by rules, which the user may want to change, for example with --all-types.
inline constexpr const char* kUnsupportedType = "unsupported type";
inline constexpr const char* kIsHidden = "hidden";
inline constexpr const char* kExcluded = "excluded";
inline constexpr const char* kIgnored = "ignored by .healthmetricignore";

struct Skipped {
  payload::SkippedFile file;
  SkipCause cause = SkipCause::by_rule;
};

struct ScanResult {
  FileList files;  ///< sorted by path, unique
  std::vector<Skipped> skipped;
  std::vector<payload::RelativePath> empty_folders;  ///< of a folder that was walked, sorted
  std::uint64_t size_bytes = 0;                      ///< of the files as they are now
  std::string text;  ///< the content of the one file that is in memory only
};

}  // namespace healthmetric::select
