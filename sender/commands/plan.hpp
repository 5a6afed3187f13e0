#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/platform/clock.hpp"
#include "common/program/exit_status.hpp"
#include "common/select/folder_scan.hpp"
#include "sender/commands/options.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::sender {

struct PlannedFile {
  std::string path;
  std::uint64_t size_bytes = 0;
};

/// What a run with the same options would do. Made without a token, a network or a change to the
/// outbox, but by the same packing, so sizes and parts are exact.
struct Plan {
  std::string batch_name;    ///< the folder in _storage/
  std::string target;        ///< repository, or folder with --output; empty: not named
  std::string folder;        ///< that was scanned; empty: files or data were named
  std::string branch;        ///< empty: the repository's default
  std::string inbox_branch;  ///< empty: payloads go to the branch itself
  std::vector<PlannedFile> files;
  bool is_heartbeat = false;      ///< a batch without files would go
  std::vector<std::string> gone;  ///< files that were sent before and no longer exist
  std::string nothing_left;       ///< not empty: why none is recorded as gone
  std::uint64_t unchanged = 0;    ///< files skipped because they were sent before
  std::vector<select::Skipped> skipped;
  std::vector<std::string> unmatched_patterns;  ///< "--exclude 'raw'": may be a mistake
  std::uint64_t size_bytes = 0;                 ///< of the files
  std::uint64_t payload_bytes = 0;              ///< of the payloads
  std::uint64_t upload_bytes = 0;  ///< of the requests that carry them; 0 with --output
  std::uint64_t parts = 0;
  std::uint64_t requests = 0;              ///< to the API
  std::chrono::seconds least_duration{0};  ///< within GitHub's limits
  program::ExitStatus status =
      program::ExitStatus::success;  ///< of such a run, if nothing else fails
};

/// Throws Error as send() does before it queues the batch, but needs no repository.
Plan make_plan(const Options& options, platform::Clock& clock, model::Progress& progress);

/// A few lines for people; without the list of files.
std::string to_text(const Plan& plan);

/// A line for each file to be sent and each skipped file, with the reason; at most `most` lines of
/// each kind.
std::string files_text(const Plan& plan, std::size_t most = SIZE_MAX);

/// One JSON object in one line; docs/output.md describes it.
std::string to_json_text(const Plan& plan);

}  // namespace healthmetric::sender
