#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/payload/batch_id.hpp"
#include "common/payload/relative_path.hpp"

/// The result of a run, for people, programs and the workflow's step summary.

namespace healthmetric::receiver {

struct BatchReport {
  enum class Status {
    stored,
    rejected,
    repeated,  ///< an earlier run stored it; only its payload was left
    waiting,   ///< not all of its parts are there
    verified,  ///< with --dry-run: it would be stored
  };

  Status status = Status::stored;
  std::optional<payload::BatchId> id;
  std::string batch_name;
  std::uint64_t files = 0;
  std::uint64_t size_bytes = 0;
  std::string reason;     ///< of a rejection, or what is waited for
  bool is_stuck = false;  ///< rejected, but an I/O error prevented setting it aside
  std::optional<payload::RelativePath> summary;
  std::vector<payload::RelativePath> payloads;  ///< where they were before
  std::vector<payload::RelativePath> rejected;  ///< where they are now, with their reasons
};

struct Report {
  std::vector<BatchReport> batches;
  bool is_dry_run = false;  ///< rejected batches are those that would be
  std::vector<payload::RelativePath> triggers_removed;
  std::vector<std::string> retried;      ///< rejected payloads that were moved back into the inbox
  std::vector<std::string> not_retried;  ///< those that could not be moved

  [[nodiscard]] std::uint64_t count(BatchReport::Status status) const;
  [[nodiscard]] bool any_stuck() const;
};

/// "stored", "rejected", ...
std::string_view to_text(BatchReport::Status status);

/// One line: "stored 2 batches (5 files, 1.2 MiB), rejected 1 batch".
std::string to_line(const Report& report);

/// One JSON object in one line; docs/output.md describes it.
std::string to_json_text(const Report& report);

}  // namespace healthmetric::receiver
