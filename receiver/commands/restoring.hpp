#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "common/archive/stored_batches.hpp"
#include "common/patterns/path_patterns.hpp"
#include "common/platform/clock.hpp"
#include "receiver/commands/restore_layout.hpp"
#include "receiver/commands/stored_files.hpp"

/// The work of `healthmetric-receiver restore`.

namespace healthmetric::receiver {

enum class Overwrite { never, if_older, always };

struct RestoreRules {
  std::filesystem::path to;
  std::chrono::sys_seconds at;
  patterns::PathPatterns patterns;
  Overwrite overwrite = Overwrite::never;
  RestoreLayout::Form form = RestoreLayout::Form::apart;
  bool is_dry_run = false;
  bool shows_progress = true;
};

/// The result of a restore.
struct Restored {
  std::string to;
  bool is_dry_run = false;
  std::uint64_t files = 0;  ///< written
  std::uint64_t size_bytes = 0;
  std::uint64_t same = 0;     ///< existed with the same content
  std::uint64_t newer = 0;    ///< existed, newer than the stored file, and were kept
  std::uint64_t folders = 0;  ///< empty folders, created or existing
  std::uint64_t faults = 0;   ///< logged errors
};

/// Restores the state that the batches add up to. Problems with single files are reported through
/// `stored`. Throws Error{io} if the destination cannot be written.
Restored restore(StoredFiles& stored, const archive::StoredBatches& batches,
                 const RestoreRules& rules, platform::Clock& clock);

/// One line: "restored 84 files (15.2 MiB) to 'DIR', 3 files were there already".
std::string to_line(const Restored& result);

/// One JSON object in one line; docs/output.md describes it.
std::string to_json_text(const Restored& result);

}  // namespace healthmetric::receiver
