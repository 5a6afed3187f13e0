#pragma once

#include <optional>
#include <vector>

#include "sender/check/finding.hpp"
#include "sender/check/subject.hpp"
#include "sender/outbox/outbox.hpp"

/// Checks of the state directory and what is in it. They create nothing.

namespace healthmetric::check {

/// What is in the outbox.
struct OutboxContent {
  std::vector<outbox::OutboxEntry> queued;
  std::vector<outbox::OutboxEntry> delivered;
  std::vector<outbox::OutboxEntry> refused;
  std::vector<outbox::UnreadableEntry> unreadable;
  std::uint64_t size_bytes = 0;
};
OutboxContent content_of(const outbox::Outbox& outbox);

/// `state-directory`: it is a folder that this user, and nobody else, may use; or it can be made.
Finding check_state_directory(const std::filesystem::path& state_dir);

/// `disk-space`: there is room for batches on its file system.
Finding check_disk_space(const std::filesystem::path& state_dir, std::uint64_t part_limit_bytes);

/// `lock`: the outbox can be locked, and no other sender is delivering.
Finding check_lock(const outbox::Outbox& outbox);

/// `queue`: nothing waits for long, or because of an error.
Finding check_queue(const OutboxContent& content, std::chrono::sys_seconds now);

/// `receipts`: what was delivered is stored within a day.
Finding check_receipts(const OutboxContent& content, std::chrono::sys_seconds now);

/// `refused`: the repository has refused nothing for good.
Finding check_refused(const OutboxContent& content);

/// `outbox-entries`: all can be read.
Finding check_entries(const OutboxContent& content);

/// `outbox-size`: below --outbox-limit.
Finding check_outbox_size(const OutboxContent& content, std::uint64_t limit_bytes);

/// `sent-files`: the record of what was sent can be read.
Finding check_sent_files(const std::filesystem::path& state_dir, const model::Target& target);

/// `producer`: the record of this machine's name can be read.
Finding check_producer(const std::filesystem::path& state_dir);

}  // namespace healthmetric::check
