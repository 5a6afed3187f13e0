#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/program/exit_status.hpp"
#include "common/select/scan_result.hpp"
#include "sender/commands/options.hpp"

namespace healthmetric::sender {

/// The result of a run, and of the batch that it packed.
struct Outcome {
  enum class State {
    sent,
    stored,    ///< with --wait: the receiver has stored it
    rejected,  ///< with --wait: the receiver has set it aside
    written,   ///< with --output
    queued,    ///< it waits in the outbox
    refused,   ///< it is in the outbox's refused/
    empty,     ///< there was nothing to send
  };

  State state = State::empty;
  program::ExitStatus status = program::ExitStatus::success;
  std::string batch_id;
  std::string target;           ///< the repository, or the folder with --output
  std::string folder;           ///< that was scanned; "" if files or data were named
  std::string reason;           ///< of a rejection or refusal, or why it waits
  bool is_heartbeat = false;    ///< a batch without files, deletions or anything
  std::uint64_t gone = 0;       ///< files that were sent before and no longer exist
  std::uint64_t unchanged = 0;  ///< files skipped because they were sent before
  std::uint64_t files = 0;
  std::uint64_t size_bytes = 0;
  std::vector<std::string> payloads;
  std::vector<select::Skipped> skipped;
};

/// The page with the runs of a repository's workflows.
std::string runs_page(const Options& options, const std::string& repository);

/// One line for people.
std::string to_line(const Outcome& outcome);

/// A hint for the user: where to look, or what happens to the batch next.
std::string what_next(const Options& options, const Outcome& outcome);

/// One JSON object in one line; docs/output.md describes it.
std::string to_json_text(const Outcome& outcome);

}  // namespace healthmetric::sender
