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
/// A batch that fails does not block the others: a refused one is set aside, a damaged one stays,
/// and after a failure of the network or the server each of the rest gets one attempt without
/// waiting. A missing permission or a rate limit affects every batch and ends the run. Failures are
/// logged, and recorded with the batch.
class QueueRunner {
 public:
  enum class Result { delivered, refused, waits };

  /// `own_batch` is the one this run packed, if it packed one.
  QueueRunner(forge::Forge& forge, const outbox::Outbox& outbox, platform::Clock& clock,
              model::Progress& progress, model::Target target, std::string own_batch);

  /// Deliver these batches only.
  void restrict_to(std::set<std::string> batches) { only_ = std::move(batches); }

  /// Called with each batch that was delivered, before it leaves the outbox.
  void on_delivered(std::function<void(const outbox::OutboxEntry&)> hook) {
    hook_ = std::move(hook);
  }

  /// Delivers the queue. If another process is delivering, waits up to `patience` for it to finish;
  /// false if it has not: that process then delivers these batches, too.
  bool run(std::chrono::seconds patience);

  [[nodiscard]] Result result_of(const std::string& batch_id) const;
  /// Why it waits or was refused; "" if that is not known.
  [[nodiscard]] std::string reason_of(const std::string& batch_id) const;
  [[nodiscard]] const std::map<std::string, Result>& results() const { return results_; }

  /// Whether a failure concerns every batch, so that no other need be tried.
  [[nodiscard]] bool is_stopped() const { return why_stopped_ || server_failed_; }

  /// The exit status for all failures.
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
  std::map<std::string, std::string> reasons_;  ///< of batches that were not delivered
  program::ExitStatus status_ = program::ExitStatus::success;
  bool server_failed_ = false;
  std::optional<std::string> why_stopped_;  ///< why the run ended before all was tried
};

/// Warns about entries of the queue that cannot be read, and says what to do about them. Returns
/// partly_done if there are any.
program::ExitStatus tell_unreadable(const outbox::Outbox& outbox);

}  // namespace healthmetric::deliver
