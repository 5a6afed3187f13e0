#include "sender/deliver/receipt_turn.hpp"

#include "sender/deliver/receipts.hpp"
#include "sender/outbox/contact.hpp"

namespace healthmetric::deliver {

ReceiptTurn::ReceiptTurn(const std::filesystem::path& state_dir, const model::Target& target)
    : state_dir_(state_dir),
      target_(target),
      begins_behind_(outbox::last_asked(state_dir, target)) {}

void ReceiptTurn::end(Ended how) const {
  const bool came_to_all = how == Ended::complete && taken_ < kMaxReceiptsAsked;
  if (last_.empty() || came_to_all) return;
  outbox::record_last_asked(state_dir_, target_, last_);
}

void ReceiptTurn::take(const payload::BatchId& id) {
  last_ = id.str();
  ++taken_;
}

}  // namespace healthmetric::deliver
