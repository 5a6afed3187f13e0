#include "sender/deliver/heartbeat.hpp"

#include <algorithm>

#include "sender/outbox/contact.hpp"

namespace healthmetric::deliver {
namespace {

/// Half an hour of a day.
constexpr int kEarlyShare = 48;

}  // namespace

bool has_waiting(const outbox::Outbox& outbox, const model::Target& target) {
  const auto entries = outbox.entries(outbox::Waiting::in_queue);
  return std::any_of(entries.begin(), entries.end(), [&](const outbox::OutboxEntry& entry) {
    return entry.target.same_destination(target) && entry.target.trigger == target.trigger;
  });
}

bool is_heartbeat_due(const std::filesystem::path& state_dir, const model::Target& target,
                      std::chrono::seconds every, std::chrono::sys_seconds now) {
  const auto last = outbox::last_delivery(state_dir, target, now);
  return !last || now - *last >= every - every / kEarlyShare;
}

}  // namespace healthmetric::deliver
