#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/platform/clock.hpp"
#include "common/program/exit_status.hpp"
#include "sender/commands/options.hpp"
#include "sender/deliver/queue_runner.hpp"
#include "sender/http/http.hpp"
#include "sender/model/progress.hpp"
#include "sender/outbox/outbox.hpp"

namespace healthmetric::sender {

/// What became of the batches of one target.
struct TargetDelivery {
  program::ExitStatus status = program::ExitStatus::success;  ///< for all failures
  std::map<std::string, deliver::QueueRunner::Result> results;
  std::optional<std::chrono::sys_seconds> token_end;  ///< as far as it is known
};

/// Looks for the receipts of the target's delivered batches, then delivers the queued ones, or of
/// these `only` some. Throws as ForgeSession() does.
TargetDelivery deliver_to(const model::Target& target, const outbox::Outbox& outbox,
                          const Options& options, http::HttpTransport& transport,
                          platform::Clock& clock, model::Progress& progress,
                          const std::optional<std::set<std::string>>& only = {});

/// Has each batch that is delivered recorded in the state directory, as sent.
void record_deliveries(deliver::QueueRunner& queue_runner, const Options& options,
                       platform::Clock& clock);

}  // namespace healthmetric::sender
