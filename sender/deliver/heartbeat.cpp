#include "sender/deliver/heartbeat.hpp"

#include <algorithm>

#include "sender/outbox/contact.hpp"

namespace healthmetric::deliver {
namespace {

/// Half an hour of a day.
constexpr int kEarlyShare = 48;

}  // namespace

bool has_waiting(const std::vector<outbox::OutboxEntry>& queued, const model::Target& target) {
  return std::any_of(queued.begin(), queued.end(), [&](const outbox::OutboxEntry& entry) {
    return entry.target.same_destination(target) && entry.target.trigger == target.trigger;
  });
}

std::optional<Overdue> find_overdue(const std::vector<outbox::OutboxEntry>& queued,
                                    const std::filesystem::path& state_dir,
                                    const model::Target& target, std::chrono::seconds patience,
                                    std::chrono::sys_seconds now) {
  Overdue overdue{0, now};
  for (const outbox::OutboxEntry& entry : queued) {
    if (!entry.target.same_destination(target)) continue;
    ++overdue.batches;
    overdue.since = std::min(overdue.since, floor<std::chrono::seconds>(entry.queued_at));
  }
  if (overdue.batches == 0) return {};
  overdue.since = outbox::last_delivery(state_dir, target, now).value_or(overdue.since);
  return now - overdue.since >= patience ? std::optional(overdue) : std::nullopt;
}

bool is_heartbeat_due(const std::filesystem::path& state_dir, const model::Target& target,
                      std::chrono::seconds every, std::chrono::sys_seconds now) {
  const auto last = outbox::last_delivery(state_dir, target, now);
  return !last || now - *last >= every - every / kEarlyShare;
}

}  // namespace healthmetric::deliver
