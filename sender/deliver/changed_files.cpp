#include "sender/deliver/changed_files.hpp"

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/codec/digest.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/log.hpp"
#include "sender/deliver/receipts.hpp"

namespace healthmetric {
namespace {

/// How many batches a run asks for: one GET each, and usually there is one, of the run before.
constexpr std::size_t kMaxAsked = 20;

/// A batch without a receipt for so long was removed by hand; its files do count as sent.
constexpr std::chrono::days kForgotten{30};

class ChangeDetector {
 public:
  ChangeDetector(SentFiles& sent, Clock& clock) : sent_(sent), clock_(clock) {}

  bool is_unchanged(const SourceFile& file) {
    stop_soon_if_signalled();
    if (file.lies_nowhere()) return false;
    const std::string location = file.location();
    const auto known = sent_.find(locations_.absolute(location));
    const auto now = file_state(location);
    if (!known || !now || now->size_bytes != known->size_bytes) return false;
    const auto modified = trusted_time(now->modified, clock_.now());
    if (modified && modified == known->modified_ns) return true;
    return has_same_content(file, *known);
  }

 private:
  bool has_same_content(const SourceFile& file, const PackedFileRecord& known) {
    FileState state;
    try {
      InputFile input(file.location());
      state = input.state();
      if (sha256_of(input) != known.sha256 || input.state() != state) return false;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::io) throw;
      return false;
    }
    PackedFileRecord record = known;
    record.modified_ns = trusted_time(state.modified, clock_.now());
    sent_.update_time(record);
    return true;
  }

  SentFiles& sent_;
  Clock& clock_;
  Locations locations_;
};

}  // namespace

std::uint64_t leave_out_unchanged(ScanResult& scan, SentFiles& sent, Clock& clock) {
  ChangeDetector detector(sent, clock);
  scan.size_bytes = scan.text.size();
  return scan.files.erase_if([&](const SourceFile& file) {
    const bool is_unchanged = detector.is_unchanged(file);
    if (is_unchanged) {
      log::debug("unchanged since it was sent: " + in_quotes(file.path.str()));
    } else if (const auto state = file_state(file.location())) {
      scan.size_bytes += state->size_bytes;
    }
    return is_unchanged;
  });
}

void add_queued(SentFiles& sent, const Outbox& outbox, const Target& target) {
  for (const OutboxEntry& entry : outbox.entries(Waiting::in_queue)) {
    if (entry.target.goes_where(target)) sent.add_queued(entry.folder);
  }
}

void learn_fates(SentFiles& sent, GithubClient& client, Clock& clock) {
  for (const BatchId& id : sent.unconfirmed(kMaxAsked)) {
    try {
      const auto receipt = find_receipt(client, id);
      const bool is_forgotten = clock.now() - id.time > kForgotten;
      if (receipt && !is_final(*receipt) && !is_forgotten) continue;
      if (receipt && receipt->status == BatchStatus::rejected) {
        log::warning("the receiver rejected " + id.str() + ": " + printable(receipt->reason) +
                     "; its files count as unsent");
        sent.forget(id);
      } else if (receipt || is_forgotten) {
        sent.confirm(id);
      }
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted || error.code() == ErrorCode::terminated) throw;
      log::debug(std::string("no word of earlier batches: ") + error.what());
      return;
    }
  }
}

}  // namespace healthmetric
