#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/platform/clock.hpp"
#include "common/program/exit_status.hpp"
#include "sender/forge/forge.hpp"
#include "sender/model/progress.hpp"
#include "sender/outbox/outbox.hpp"

namespace healthmetric::deliver {

/// Empties the outbox for one target: oldest batch first, one process at a time.
///
/// A batch that fails does not block the others: what the repository refuses is set aside, what is
/// damaged stays, and after a failure of the network or the server each of the rest gets one more
/// attempt without waiting. A missing permission or a rate limit concerns every batch and ends the
/// run. What failed is said, and recorded with the batch.
class QueueRunner {
 public:
  enum class Result { delivered, refused, waits };

  /// `own_batch` is the one this run packed, if it packed one.
  QueueRunner(forge::Forge& forge, const outbox::Outbox& outbox, platform::Clock& clock,
              model::Progress& progress, model::Target target, std::string own_batch);

  /// Nothing but these batches.
  void restrict_to(std::set<std::string> batches) { only_ = std::move(batches); }

  /// Called with each batch that was delivered, before it leaves the outbox.
  void on_delivered(std::function<void(const outbox::OutboxEntry&)> hook) {
    hook_ = std::move(hook);
  }

  /// Delivers what waits, once nobody else does, which it waits for as long as `patience`. False
  /// when another process kept the right to deliver; that one takes the batches along.
  bool run(std::chrono::seconds patience);

  [[nodiscard]] Result result_of(const std::string& batch_id) const;
  /// Why it waits or is refused; "" where that is not known.
  [[nodiscard]] std::string reason_of(const std::string& batch_id) const;
  [[nodiscard]] const std::map<std::string, Result>& results() const { return results_; }

  /// Whether something concerns every batch, so that no other need be tried.
  [[nodiscard]] bool is_stopped() const { return why_stopped_ || server_failed_; }

  /// Of all that failed.
  [[nodiscard]] program::ExitStatus status() const { return status_; }

 private:
  std::optional<platform::FileLock> lock_within(std::chrono::seconds patience, std::string& holder);
  [[nodiscard]] std::vector<outbox::OutboxEntry> untried() const;
  void deliver_all();
  void deliver_one(outbox::OutboxEntry& entry);
  void leave_queue(outbox::OutboxEntry& entry);
  void take_failure(outbox::OutboxEntry& entry, const Error& error);
  void set_aside(const outbox::OutboxEntry& entry);
  void save_error(const outbox::OutboxEntry& entry);
  void leave_waiting(outbox::OutboxEntry& entry);
  [[nodiscard]] bool is_interrupted() const;

  forge::Forge& forge_;
  const outbox::Outbox& outbox_;
  platform::Clock& clock_;
  model::Progress& progress_;
  model::Target target_;
  std::string own_batch_;
  std::optional<std::set<std::string>> only_;
  std::function<void(const outbox::OutboxEntry&)> hook_;
  std::map<std::string, Result> results_;
  std::map<std::string, std::string> reasons_;  ///< of those that were not delivered
  program::ExitStatus status_ = program::ExitStatus::success;
  bool server_failed_ = false;
  std::optional<std::string> why_stopped_;  ///< what ended the run before all was tried
};

/// Says what of the queue cannot be read, and what to do about it. Error statuses are for whatever
/// reads nothing else: partly_done when there is any.
program::ExitStatus tell_unreadable(const outbox::Outbox& outbox);

}  // namespace healthmetric::deliver
