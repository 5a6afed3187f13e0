#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/payload/batch_id.hpp"
#include "common/platform/clock.hpp"
#include "sender/model/target.hpp"

/// What the outbox keeps of a batch beside its payloads: `entry.json`.

namespace healthmetric::outbox {

struct OutboxPart {
  std::string filename;
  std::uint64_t size_bytes = 0;
  bool delivered = false;
};

struct OutboxEntry {
  payload::BatchId id;
  std::string batch_name;
  std::string sender_host;
  model::Target target;
  std::uint64_t files = 0;
  std::uint64_t size_bytes = 0;  ///< of the files
  std::vector<OutboxPart> parts;
  platform::Clock::time_point queued_at;  ///< to the microsecond; the order of delivery
  /// When all parts were in the repository and the workflow was started; nullopt before that. The
  /// entry then stays until its receipt is seen.
  std::optional<platform::Clock::time_point> delivered_at;
  std::string last_error;        ///< why it still waits; empty before the first failure
  std::filesystem::path folder;  ///< where it is; not stored

  [[nodiscard]] std::size_t delivered_parts() const;
  [[nodiscard]] std::uint64_t payload_bytes() const;
};

std::string to_text(const OutboxEntry& entry);

/// Parses the output of to_text(), also of earlier versions. Throws Error{bad_payload} for anything
/// else.
OutboxEntry parse_outbox_entry(std::string_view text, const std::filesystem::path& folder);

}  // namespace healthmetric::outbox
