#include "sender/commands/target_delivery.hpp"

#include "sender/commands/forge_session.hpp"
#include "sender/commands/token_end.hpp"
#include "sender/deliver/delivered.hpp"
#include "sender/outbox/contact.hpp"
#include "sender/outbox/sent_files.hpp"

namespace healthmetric::sender {

TargetDelivery deliver_to(const model::Target& target, const outbox::Outbox& outbox,
                          const Options& options, http::HttpTransport& transport,
                          platform::Clock& clock, model::Progress& progress,
                          const std::optional<std::set<std::string>>& only) {
  ForgeSession session(options, target, transport, clock, progress);
  if (!target.inbox_branch.empty()) {
    deliver::settle_delivered(session.server(), outbox, options.state_dir, target, clock);
  }
  deliver::QueueRunner queue_runner(session.server(), outbox, clock, progress, target, "");
  if (only) queue_runner.restrict_to(*only);
  record_deliveries(queue_runner, options, clock);
  queue_runner.run(options.lock_wait);
  return {queue_runner.status(), queue_runner.results(), keep_token_end(session, options, target)};
}

void record_deliveries(deliver::QueueRunner& queue_runner, const Options& options,
                       platform::Clock& clock) {
  queue_runner.on_delivered([&](const outbox::OutboxEntry& entry) {
    outbox::record_delivered(options.state_dir, entry, clock.now_seconds());
    outbox::record_delivery_time(options.state_dir, entry.target, clock.now_seconds());
  });
}

}  // namespace healthmetric::sender
