#include "receiver/commands/storage_status.hpp"

#include <algorithm>
#include <utility>

#include "receiver/commands/recorded_batches.hpp"

namespace healthmetric::receiver {
namespace {

std::optional<watch::WatchSettings> settings_for(const StatusQuestion& question,
                                                 const std::string& storage) {
  if (question.settings_file.empty()) return watch::read_default_settings(storage);
  return watch::read_named_settings(question.settings_file);
}

/// What is known of a rejected batch from its summary, if it has one that was kept.
void add_producers(std::vector<watch::RejectedBatch>& rejected,
                   const watch::RejectedBatches& recorded) {
  for (watch::RejectedBatch& batch : rejected) {
    const watch::RejectedBatch* summary = recorded.find(batch.batch_id);
    if (summary != nullptr) batch.producer = summary->producer;
  }
}

/// With a whole checkout of the inbox branch: whose payloads are still there. Else all that
/// summaries tell of, and what lies beside them.
void set_rejected(StorageStatus& status, const watch::RejectedBatches& recorded,
                  const watch::InboxContent& content, bool has_inbox) {
  if (has_inbox) {
    status.rejected = content.rejected().newest();
    status.rejected_count = content.rejected().count();
    add_producers(status.rejected, recorded);
    return;
  }
  watch::RejectedBatches all = recorded;
  for (watch::RejectedBatch& batch : content.rejected().newest()) {
    if (batch.batch_id.empty() || recorded.find(batch.batch_id) == nullptr) {
      all.add(std::move(batch));
    }
  }
  status.rejected = all.newest();
  status.rejected_count = all.count();
}

/// Anybody who sends can damage an inbox: that hides nothing of what the summaries tell.
void look_into_inboxes(StorageStatus& status, StoredFiles& stored, const StatusQuestion& question,
                       const watch::RejectedBatches& recorded) {
  const std::uint64_t faults_before = stored.faults();
  const auto complain = [&](const Error& why) { stored.complain(why); };
  watch::InboxContent content;
  content.add(stored.storage(), question.at, complain);
  const bool is_named = !question.inbox.empty();
  if (is_named) {
    auto inbox = watch::open_inbox(question.inbox, "--inbox", stored.storage(), complain);
    if (inbox) content.add(*inbox, question.at, complain);
  } else {
    status.not_looked_at.emplace_back(
        "the inbox branch (what waits, and which rejected payloads are left): name a checkout of "
        "it with --inbox");
  }
  status.inbox_faults = stored.faults() - faults_before;
  if (status.inbox_faults > 0) status.not_looked_at.emplace_back("what is damaged in the inbox");
  const bool is_known = is_named && status.inbox_faults == 0;
  if (is_known || content.waiting_count() > 0) {
    status.waiting = content.waiting();
    status.waiting_count = content.waiting_count();
  }
  set_rejected(status, recorded, content, is_known);
}

}  // namespace

std::uint64_t StorageStatus::count(watch::State state) const {
  return static_cast<std::uint64_t>(
      std::count_if(producers.begin(), producers.end(),
                    [&](const watch::ProducerStatus& each) { return each.state == state; }));
}

bool StorageStatus::needs_attention() const {
  return unreadable > 0 || std::any_of(producers.begin(), producers.end(), [](const auto& each) {
           return watch::is_alarming(each.state);
         });
}

StorageStatus status_of(StoredFiles& stored, const StatusQuestion& question) {
  StorageStatus status;
  status.at = question.at;
  const auto settings = settings_for(question, stored.storage().root());
  if (settings) status.settings_file = settings->file.string();
  watch::ProducerStates states(question.at, question.now);
  watch::RejectedBatches recorded;
  const auto add = [&](const payload::BatchId& id, const archive::RecordedBatch& batch) {
    ++status.batches;
    states.add(batch);
    if (batch.status == archive::BatchStatus::rejected && batch.processed_at <= question.at) {
      recorded.add({id.str(), batch.producer.id, batch.reason, batch.processed_at});
    }
    return archive::Next::go_on;
  };
  for_each_batch(stored.storage(), {}, archive::Order::oldest_first, add,
                 [&](const Error& why) { stored.complain(why); });
  status.producers = states.states(settings);
  status.from_the_future = states.from_the_future();
  status.uncounted = states.uncounted();
  look_into_inboxes(status, stored, question, recorded);
  stored.suggest_checkout(status.batches);
  status.unreadable = stored.faults();
  return status;
}

}  // namespace healthmetric::receiver
