#include "sender/deliver/queue_runner.hpp"

#include <algorithm>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/program/log.hpp"
#include "sender/deliver/upload.hpp"

namespace healthmetric::deliver {
namespace {

constexpr platform::Clock::duration kLockInterval{100};

/// "<what happened>: <id> is kept in the outbox; ...", with what gets it there.
std::string kept(std::string_view what, const std::string& id, std::string_view verb) {
  return fmt::format(
      "{}: {} is kept in the outbox; the next run to the same repository and branch {} it, or "
      "'healthmetric-sender outbox retry'",
      what, id, verb);
}

/// What of the target may have been misspelt, if `error` looks like it: then no later run delivers
/// the batch. Of an address only where somebody named it.
std::string doubtful_part(const Error& error, const model::Target& target) {
  if (error.code() == ErrorCode::not_found) return "the name";
  const bool is_own_address = target.api_url != "https://api.github.com";
  if (error.code() != ErrorCode::network || !is_own_address) return {};
  return "the address " + printable(target.api_url);
}

/// What to say of a batch that stays because of `error`.
std::string kept_because_of(const Error& error, const outbox::OutboxEntry& entry) {
  const std::string id = entry.id.str();
  if (entry.delivered_parts() == entry.parts.size()) {
    return kept("delivered, but the workflow was not started", id, "starts");
  }
  std::string text = kept("not delivered", id, "delivers");
  const std::string doubtful = doubtful_part(error, entry.target);
  if (doubtful.empty()) return text;
  return fmt::format("{}; if {} is wrong, 'healthmetric-sender outbox drop {}' removes it", text,
                     doubtful, id);
}

}  // namespace

QueueRunner::QueueRunner(forge::Forge& forge, const outbox::Outbox& outbox, platform::Clock& clock,
                         model::Progress& progress, model::Target target, std::string own_batch)
    : forge_(forge),
      outbox_(outbox),
      clock_(clock),
      progress_(progress),
      target_(std::move(target)),
      own_batch_(std::move(own_batch)) {}

bool QueueRunner::run(std::chrono::seconds patience) {
  // Another sender may queue a batch while this one holds the lock, see that it is held, and go. So
  // the queue is looked at again after the lock was let go: whoever came too late for one look is
  // there for the other.
  bool was_first = true;
  while (was_first || (!why_stopped_ && !untried().empty())) {
    std::string holder;
    const auto lock = lock_within(was_first ? patience : std::chrono::seconds(0), holder);
    if (!lock) {
      if (was_first && !untried().empty()) {
        log::error("another sender is delivering (process " + holder +
                   "); it or the next run delivers what waits in the outbox");
        status_ = program::more_important(status_, program::ExitStatus::busy);
      }
      return !was_first;
    }
    deliver_all();
    was_first = false;
  }
  return true;
}

QueueRunner::Result QueueRunner::result_of(const std::string& batch_id) const {
  const auto found = results_.find(batch_id);
  return found == results_.end() ? Result::waits : found->second;
}

std::string QueueRunner::reason_of(const std::string& batch_id) const {
  const auto found = reasons_.find(batch_id);
  return found == reasons_.end() ? "" : found->second;
}

std::optional<platform::FileLock> QueueRunner::lock_within(std::chrono::seconds patience,
                                                           std::string& holder) {
  const platform::Clock::time_point deadline = clock_.now() + patience;
  bool is_said = false;
  for (;;) {
    auto lock = outbox_.try_lock(holder);
    if (lock || clock_.now() >= deadline) return lock;
    if (!is_said) {
      log::info("waiting for another sender to finish delivering (process " + holder + ")");
      is_said = true;
    }
    clock_.sleep_for(kLockInterval);
  }
}

std::vector<outbox::OutboxEntry> QueueRunner::untried() const {
  std::vector<outbox::OutboxEntry> entries = outbox_.waiting_for(target_);
  std::erase_if(entries, [&](const outbox::OutboxEntry& entry) {
    const std::string id = entry.id.str();
    return results_.contains(id) || (only_ && !only_->contains(id));
  });
  return entries;
}

void QueueRunner::deliver_all() {
  for (std::vector<outbox::OutboxEntry> entries = untried(); !entries.empty();
       entries = untried()) {
    for (outbox::OutboxEntry& entry : entries) {
      if (is_interrupted()) return;
      if (why_stopped_) {
        leave_waiting(entry);
      } else {
        deliver_one(entry);
      }
    }
  }
}

/// Then nothing is to take time.
bool QueueRunner::is_interrupted() const {
  return status_ == program::ExitStatus::interrupted || status_ == program::ExitStatus::terminated;
}

/// What ended the run keeps this batch, too. Where it is the one the run is about, that is said.
void QueueRunner::leave_waiting(outbox::OutboxEntry& entry) {
  const std::string id = entry.id.str();
  results_[id] = Result::waits;
  entry.last_error = reasons_[id] = *why_stopped_;
  save_error(entry);
  if (id == own_batch_) log::error(kept("not tried", id, "delivers"));
}

void QueueRunner::deliver_one(outbox::OutboxEntry& entry) {
  const std::string id = entry.id.str();
  results_[id] = Result::waits;
  try {
    upload_batch(forge_, entry, id == own_batch_ ? Begun::no : Begun::perhaps, progress_);
    results_[id] = Result::delivered;
    if (hook_) hook_(entry);
    leave_queue(entry);
    // The result tells of this run's own batch.
    if (id != own_batch_) log::info("delivered " + id + ", which waited in the outbox");
  } catch (const Error& error) {
    take_failure(entry, error);
  }
}

/// From an inbox branch a payload may vanish before it is stored: the batch is kept until its
/// receipt was seen.
void QueueRunner::leave_queue(outbox::OutboxEntry& entry) {
  if (entry.target.inbox_branch.empty()) return outbox_.remove(entry.folder);
  entry.delivered_at = clock_.now();
  entry.last_error.clear();
  outbox_.set_delivered(entry);
}

/// Not to be able to record why is one more failure, but changes nothing about the batch.
void QueueRunner::save_error(const outbox::OutboxEntry& entry) {
  try {
    outbox::Outbox::save(entry);
  } catch (const Error& error) {
    log::error(error.what());
    status_ = program::more_important(status_, program::exit_status(error.code()));
  }
}

/// A batch that cannot be set aside stays where it is, and must not keep the others from going.
void QueueRunner::set_aside(const outbox::OutboxEntry& entry) {
  const std::string id = entry.id.str();
  try {
    outbox_.set_aside(entry);
    results_[id] = Result::refused;
    log::error("refused, kept in the outbox's refused/ folder: " + id);
  } catch (const Error& error) {
    status_ = program::more_important(status_, program::exit_status(error.code()));
    log::error(std::string(error.what()) + "; refused, but it cannot be set aside: the next run " +
               "tries it again: " + id);
  }
}

void QueueRunner::take_failure(outbox::OutboxEntry& entry, const Error& error) {
  const std::string id = entry.id.str();
  status_ = program::more_important(status_, program::exit_status(error.code()));
  log::error(error.what());
  if (results_[id] == Result::delivered) return;  // it could not leave the outbox: the next run's
  entry.last_error = reasons_[id] = log::redacted(error.what());
  if (error.code() == ErrorCode::refused) return set_aside(entry);
  save_error(entry);
  log::error(kept_because_of(error, entry));
  const bool has_arrived = entry.delivered_parts() == entry.parts.size();
  const bool is_its_own =
      error.code() == ErrorCode::io || (has_arrived && error.code() == ErrorCode::not_ready);
  if (is_its_own) return;
  const bool may_be_its_own = error.code() == ErrorCode::network && !server_failed_;
  server_failed_ = true;
  forge_.set_max_wait({});
  if (!may_be_its_own) why_stopped_ = entry.last_error;
}

program::ExitStatus tell_unreadable(const outbox::Outbox& outbox) {
  const auto unreadable = outbox.unreadable();
  for (const outbox::UnreadableEntry& entry : unreadable) {
    log::error("left in the outbox, cannot be read: " + in_quotes(entry.folder.string()) + ": " +
               entry.reason + "; send its files again and remove it with 'healthmetric-sender " +
               "outbox drop " + entry.folder.filename().string() + "'");
  }
  return unreadable.empty() ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::deliver
