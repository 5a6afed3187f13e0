#include "sender/deliver/delivered.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/program/log.hpp"
#include "sender/deliver/receipt_turn.hpp"
#include "sender/deliver/receipts.hpp"
#include "sender/outbox/sent_files.hpp"

namespace healthmetric::deliver {
namespace {

/// What became of the delivered batches of one target.
class Settling {
 public:
  Settling(forge::Forge& forge, const outbox::Outbox& outbox,
           const std::filesystem::path& state_dir, const model::Target& target,
           platform::Clock& clock)
      : forge_(forge),
        outbox_(outbox),
        state_dir_(state_dir),
        finder_(forge, target),
        clock_(clock) {}

  void settle(outbox::OutboxEntry& entry) {
    receipt_.reset();
    const bool is_there = is_in_repository(entry);
    if (receipt_ && archive::is_final(*receipt_)) return take_verdict(entry);
    if (!is_there) return deliver_again(entry);
    if (clock_.now() - entry.delivered_at.value_or(entry.queued_at) > kLongestWaitForReceipt)
      give_up(entry);
  }

 private:
  /// Each of its parts waits there, or there is a receipt. In this order: the receiver writes the
  /// receipt with the very commit that takes the payload away.
  bool is_in_repository(const outbox::OutboxEntry& entry) {
    for (const outbox::OutboxPart& part : entry.parts) {
      const forge::Forge::NewFile file{
          archive::in_repository(archive::inbox_path(part.filename).str()),
          entry.folder / part.filename, "", [&] { return has_receipt(entry.id); }};
      if (!forge_.settled(file)) return false;
      if (receipt_) return true;
    }
    return true;
  }

  bool has_receipt(const payload::BatchId& id) {
    receipt_ = finder_.find(id);
    return receipt_.has_value();
  }

  void take_verdict(const outbox::OutboxEntry& entry) {
    if (receipt_->status == archive::BatchStatus::rejected) {
      warn_of_rejection(entry.id, *receipt_);
    } else {
      log::debug("stored: " + entry.id.str());
    }
    outbox::record_receipt(state_dir_, entry.target, entry.id, receipt_->status);
    outbox_.remove(entry.folder);
  }

  void deliver_again(outbox::OutboxEntry& entry) {
    log::warning("neither " + entry.id.str() + " nor a receipt of it is in " +
                 entry.target.repository + ": it is delivered again");
    entry.delivered_at.reset();
    for (outbox::OutboxPart& part : entry.parts) part.delivered = false;
    outbox::Outbox::save(entry);
    outbox_.take_back(entry.folder);
  }

  void give_up(const outbox::OutboxEntry& entry) {
    log::warning(
        entry.id.str() +
        " was delivered 30 days ago and has no receipt: removed from the outbox, its files "
        "count as unsent; is the workflow enabled?");
    outbox::record_unsent(state_dir_, entry);
    outbox_.remove(entry.folder);
  }

  forge::Forge& forge_;
  const outbox::Outbox& outbox_;
  const std::filesystem::path& state_dir_;
  ReceiptFinder finder_;
  platform::Clock& clock_;
  std::optional<archive::Receipt> receipt_;
};

/// The batches of one target, at most kMaxReceiptsAsked: in the order of their ids, those behind
/// `after` first.
std::vector<outbox::OutboxEntry> next_in_turn(std::vector<outbox::OutboxEntry> entries,
                                              const model::Target& target,
                                              const std::string& after) {
  std::erase_if(entries, [&](const auto& entry) { return !(entry.target == target); });
  std::sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) {
    const std::string id_of_a = a.id.str();
    const std::string id_of_b = b.id.str();
    return std::pair(id_of_a <= after, id_of_a) < std::pair(id_of_b <= after, id_of_b);
  });
  if (entries.size() > kMaxReceiptsAsked) entries.resize(kMaxReceiptsAsked);
  return entries;
}

}  // namespace

void settle_delivered(forge::Forge& forge, const outbox::Outbox& outbox,
                      const std::filesystem::path& state_dir, const model::Target& target,
                      platform::Clock& clock) {
  const auto is_of_target = [&](const auto& entry) { return entry.target == target; };
  const auto delivered = outbox.entries(outbox::Waiting::delivered);
  if (std::none_of(delivered.begin(), delivered.end(), is_of_target)) return;
  std::string holder;
  const auto lock = outbox.try_lock(holder);
  if (!lock) return;
  Settling settling(forge, outbox, state_dir, target, clock);
  ReceiptTurn turn(state_dir, target);
  auto ended = ReceiptTurn::Ended::complete;
  for (outbox::OutboxEntry& entry :
       next_in_turn(outbox.entries(outbox::Waiting::delivered), target, turn.begins_behind())) {
    turn.take(entry.id);
    try {
      settling.settle(entry);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted || error.code() == ErrorCode::terminated) throw;
      log::debug("no word of " + entry.id.str() + ": " + error.what());
      if (error.code() == ErrorCode::bad_payload) continue;
      ended = ReceiptTurn::Ended::cut_short;
      break;
    }
  }
  turn.end(ended);
}

void make_room(const outbox::Outbox& outbox, const std::filesystem::path& state_dir,
               const std::function<bool()>& is_needed) {
  std::string holder;
  const auto lock = outbox.try_lock(holder);
  if (!lock) return;
  for (const outbox::OutboxEntry& entry : outbox.entries(outbox::Waiting::delivered)) {
    if (!is_needed()) return;
    log::warning(entry.id.str() +
                 " has no receipt yet: removed from the outbox to make room (--outbox-limit), its "
                 "files count as unsent");
    outbox::record_unsent(state_dir, entry);
    outbox.remove(entry.folder);
  }
}

void remove_settled(const outbox::Outbox& outbox, const payload::BatchId& id) {
  std::string holder;
  const auto lock = outbox.try_lock(holder);
  const auto folder = outbox.find(id, outbox::Waiting::delivered);
  if (lock && folder) outbox.remove(*folder);
}

}  // namespace healthmetric::deliver
