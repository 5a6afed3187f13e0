#include "sender/deliver/changed_files.hpp"

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/codec/digest.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/log.hpp"
#include "sender/deliver/receipt_turn.hpp"
#include "sender/deliver/receipts.hpp"

namespace healthmetric::deliver {
namespace {

class ChangeDetector {
 public:
  ChangeDetector(outbox::SentFiles& sent, platform::Clock& clock) : sent_(sent), clock_(clock) {}

  bool is_unchanged(const select::SourceFile& file) {
    platform::stop_soon_if_signalled();
    if (file.is_in_memory()) return false;
    const std::string location = file.location();
    const auto known = sent_.find(locations_.absolute(location));
    const auto now = platform::file_state(location);
    if (!known || !now || now->size_bytes != known->size_bytes) return false;
    const auto modified = pack::trusted_time(now->modified, clock_.now());
    if (modified && modified == known->modified_ns) return true;
    return has_same_content(file, *known);
  }

 private:
  bool has_same_content(const select::SourceFile& file, const pack::PackedFileRecord& known) {
    platform::FileState state;
    try {
      platform::InputFile input(file.location());
      state = input.state();
      if (codec::sha256_of(input) != known.sha256 || input.state() != state) return false;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::io) throw;
      return false;
    }
    pack::PackedFileRecord record = known;
    record.modified_ns = pack::trusted_time(state.modified, clock_.now());
    sent_.update_time(record);
    return true;
  }

  outbox::SentFiles& sent_;
  platform::Clock& clock_;
  pack::Locations locations_;
};

/// One that cannot be read says no more than one that is missing, and nothing of other batches.
std::optional<archive::Receipt> readable_receipt(ReceiptFinder& finder,
                                                 const payload::BatchId& id) {
  try {
    return finder.find(id);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::bad_payload) throw;
    log::debug("no word of " + id.str() + ": " + error.what());
    return {};
  }
}

/// A batch whose receipt did not come in time was removed by hand; its files do count as sent.
void take_verdict(outbox::SentFiles& sent, const payload::BatchId& id,
                  const std::optional<archive::Receipt>& receipt, bool is_forgotten) {
  if (receipt && !archive::is_final(*receipt) && !is_forgotten) return;
  if (receipt && receipt->status == archive::BatchStatus::rejected) {
    warn_of_rejection(id, *receipt);
    sent.forget(id);
  } else if (receipt || is_forgotten) {
    sent.confirm(id);
  }
}

/// Whether it could be asked.
bool refresh_receipt(outbox::SentFiles& sent, ReceiptFinder& finder,
                     const outbox::UnconfirmedBatch& batch, platform::Clock& clock) {
  try {
    const auto receipt = readable_receipt(finder, batch.id);
    take_verdict(sent, batch.id, receipt,
                 clock.now() - batch.delivered_at > kLongestWaitForReceipt);
    return true;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted || error.code() == ErrorCode::terminated) throw;
    log::debug(std::string("no word of earlier batches: ") + error.what());
    return false;
  }
}

}  // namespace

std::uint64_t skip_unchanged(select::ScanResult& scan, outbox::SentFiles& sent,
                             platform::Clock& clock) {
  ChangeDetector detector(sent, clock);
  scan.size_bytes = scan.text.size();
  return scan.files.erase_if([&](const select::SourceFile& file) {
    const bool is_unchanged = detector.is_unchanged(file);
    if (is_unchanged) {
      log::debug("unchanged since it was sent: " + in_quotes(file.path.str()));
    } else if (const auto state = platform::file_state(file.location())) {
      scan.size_bytes += state->size_bytes;
    }
    return is_unchanged;
  });
}

void add_queued(outbox::SentFiles& sent, const std::vector<outbox::OutboxEntry>& queued,
                const model::Target& target) {
  for (const outbox::OutboxEntry& entry : queued) {
    if (entry.target.same_destination(target)) sent.add_queued(entry.folder);
  }
}

void refresh_receipts(outbox::SentFiles& sent, const outbox::Outbox& outbox,
                      const std::filesystem::path& state_dir, forge::Forge& forge,
                      const model::Target& target, platform::Clock& clock) {
  ReceiptFinder finder(forge, target);
  ReceiptTurn turn(state_dir, target);
  auto ended = ReceiptTurn::Ended::complete;
  for (const outbox::UnconfirmedBatch& batch :
       sent.unconfirmed(kMaxReceiptsAsked, turn.begins_behind())) {
    turn.take(batch.id);
    if (outbox.find(batch.id, outbox::Waiting::delivered)) continue;
    if (refresh_receipt(sent, finder, batch, clock)) continue;
    ended = ReceiptTurn::Ended::cut_short;
    break;
  }
  turn.end(ended);
}

}  // namespace healthmetric::deliver
