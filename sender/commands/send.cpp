#include "sender/commands/send.hpp"

#include <algorithm>

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file.hpp"
#include "common/program/log.hpp"
#include "sender/commands/forge_session.hpp"
#include "sender/commands/named_source.hpp"
#include "sender/commands/packing_options.hpp"
#include "sender/commands/packing_result.hpp"
#include "sender/commands/target_delivery.hpp"
#include "sender/commands/token_end.hpp"
#include "sender/deliver/changed_files.hpp"
#include "sender/deliver/delivered.hpp"
#include "sender/deliver/gone_files.hpp"
#include "sender/deliver/heartbeat.hpp"
#include "sender/deliver/queue_runner.hpp"
#include "sender/deliver/receipts.hpp"
#include "sender/forge/repository.hpp"
#include "sender/http/url.hpp"
#include "sender/outbox/outbox.hpp"
#include "sender/outbox/sent_files.hpp"

namespace healthmetric::sender {
namespace {

/// From here on the format's first description recommends smaller batches.
constexpr std::uint64_t kLargeBatchBytes = 50'000'000;

/// The outcome of packing; its state is decided later.
Outcome describe(const Options& options, const payload::BatchId& id, const pack::PackedBatch& batch,
                 std::uint64_t unchanged) {
  Outcome outcome;
  outcome.batch_id = id.str();
  outcome.files = batch.files;
  outcome.size_bytes = batch.size_bytes;
  for (const pack::PackedPart& part : batch.parts) outcome.payloads.push_back(part.name.str());
  outcome.skipped = batch.skipped;
  outcome.unchanged = unchanged;
  outcome.gone = batch.gone;
  outcome.is_heartbeat = batch.is_heartbeat();
  log_skipped(batch.skipped);
  outcome.status = status_of_packing(options, batch.skipped, batch.parts.size(), unchanged);
  if (batch.size_bytes > kLargeBatchBytes && batch.files > 1) {
    log::warning(fmt::format("a batch of {}: several smaller ones arrive sooner",
                             human_bytes(batch.size_bytes)));
  }
  return outcome;
}

/// Moves files of those names: all, or none where one cannot be moved.
void move_all(const std::vector<std::string>& names, const std::filesystem::path& from,
              const std::filesystem::path& to) {
  std::size_t moved = 0;
  try {
    for (; moved < names.size(); ++moved) platform::move(from / names[moved], to / names[moved]);
    platform::sync_directory(to);
  } catch (const Error&) {
    std::error_code ignored;
    for (std::size_t i = 0; i < moved; ++i) std::filesystem::remove(to / names[i], ignored);
    throw;
  }
}

/// Numbered as what is sent, for it may be carried to the same storage. Where no state directory
/// can be used, a batch without a number is better than none.
pack::PackOptions pack_options_of_written(const Options& options, platform::Clock& clock) {
  if (options.state_dir.empty()) return pack_options(options, clock);
  try {
    return pack_options_of_next(options, clock);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io) throw;
    log::warning(std::string("the batch is not numbered: ") + error.what());
    return pack_options(options, clock);
  }
}

Outcome write_to_folder(const Options& options, const select::ScanResult& files,
                        platform::Clock& clock, model::Progress& progress) {
  const std::filesystem::path inbox = archive::inbox_in(options.output);
  const outbox::Draft draft = outbox::make_draft(inbox);
  const pack::PackOptions packing = pack_options_of_written(options, clock);
  const pack::PackedBatch batch = pack::pack(files, draft.folder(), packing, progress);
  Outcome outcome = describe(options, packing.id, batch, 0);
  if (batch.parts.empty()) return outcome;
  move_all(outcome.payloads, draft.folder(), inbox);
  for (std::string& payload : outcome.payloads) payload = (inbox / payload).string();
  outcome.state = Outcome::State::written;
  outcome.target = inbox.string();
  return outcome;
}

/// One run that sends: what its steps have in common.
class SendingRun {
 public:
  SendingRun(const Options& options, http::HttpTransport& transport, platform::Clock& clock,
             model::Progress& progress)
      : options_(options),
        repository_(forge::find_repository(options.repository,
                                           http::api_root(options.api_url, options.api_url_place))),
        target_(options.target_in(repository_.str())),
        transport_(transport),
        clock_(clock),
        progress_(progress),
        session_(options, target_, transport, clock, progress),
        outbox_(options.state_dir) {}

  Outcome run(select::ScanResult files) {
    settle_delivered();
    const std::vector<payload::RelativePath> gone = find_gone(files);
    const std::uint64_t unchanged = skip_what_was_sent(files);
    Outcome outcome = pack_and_queue(files, unchanged, gone);
    deliver(outcome);
    if (is_nothing_left_) {
      outcome.status = program::more_important(outcome.status, program::ExitStatus::partly_done);
    }
    if (options_.wait && outcome.state == Outcome::State::sent) wait(outcome);
    if (options_.warn_after) warn_if_overdue(outcome, *options_.warn_after);
    warn_of_token_end(target_, keep_token_end(session_, options_, target_), clock_.now_seconds());
    return outcome;
  }

 private:
  /// What was sent from the folder before and is not there any more. Where nothing of it is left, a
  /// disk may be missing.
  std::vector<payload::RelativePath> find_gone(const select::ScanResult& files) {
    source_ = source_folder(options_);
    if (!source_) return {};
    deliver::GoneFiles gone;
    try {
      outbox::SentFiles sent(options_.state_dir, target_);
      gone = deliver::find_gone(files, *source_, sent, outbox_.entries(outbox::Waiting::in_queue),
                                target_);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::io) throw;
      log::debug(std::string("deletions are not recorded: ") + error.what());
      return {};
    }
    if (!gone.is_all() || options_.allow_empty) return std::move(gone.paths);
    is_nothing_left_ = true;
    log::error(nothing_is_left(gone.paths.size(), source_->folder));
    return {};
  }

  void settle_delivered() {
    if (target_.inbox_branch.empty()) return;
    session_.server().set_max_wait({});
    deliver::settle_delivered(session_.server(), outbox_, options_.state_dir, target_, clock_);
    session_.server().set_max_wait(options_.max_wait);
  }

  /// What is not kept in the outbox went to the branch itself.
  void refresh_receipts(outbox::SentFiles& sent) {
    if (target_.inbox_branch.empty()) return refresh_receipts(sent, session_, target_);
    model::Target branch = target_;
    branch.inbox_branch.clear();
    ForgeSession session(options_, branch, transport_, clock_, progress_);
    refresh_receipts(sent, session, branch);
  }

  void refresh_receipts(outbox::SentFiles& sent, ForgeSession& session,
                        const model::Target& target) {
    session.server().set_max_wait({});
    deliver::refresh_receipts(sent, outbox_, options_.state_dir, session.server(), target, clock_);
    session.server().set_max_wait(options_.max_wait);
  }

  std::uint64_t skip_what_was_sent(select::ScanResult& files) {
    if (options_.changes == Changes::send_all) return 0;
    outbox::SentFiles sent(options_.state_dir, target_);
    refresh_receipts(sent);
    deliver::add_queued(sent, outbox_.entries(outbox::Waiting::in_queue), target_);
    return deliver::skip_unchanged(files, sent, clock_);
  }

  /// What waits is delivered by this run, and says as much.
  [[nodiscard]] bool is_heartbeat_due() const {
    if (std::holds_alternative<NoFiles>(*options_.source)) return true;
    return options_.heartbeat &&
           !deliver::has_waiting(outbox_.entries(outbox::Waiting::in_queue), target_) &&
           deliver::is_heartbeat_due(options_.state_dir, target_, *options_.heartbeat,
                                     clock_.now_seconds());
  }

  Outcome pack_and_queue(const select::ScanResult& files, std::uint64_t unchanged,
                         const std::vector<payload::RelativePath>& gone) {
    outbox::Draft draft = outbox_.begin();
    pack::PackOptions packing = pack_options_of_next(options_, clock_);
    packing.gone = gone;
    if (packing.sender) packing.sender->token_expires = token_end(session_, options_, target_);
    packing.is_heartbeat_due = is_heartbeat_due();
    const pack::PackedBatch batch = pack_into(draft.folder(), packing, files);
    if (source_) {
      pack::SourceRecord record{*source_, {}};
      for (std::size_t i = 0; i < batch.gone; ++i) record.gone.push_back(gone[i].str());
      pack::write_source_record(draft.folder(), record);
    }
    Outcome outcome = describe(options_, packing.id, batch, unchanged);
    outcome.target = repository_.str();
    if (batch.parts.empty()) return outcome;
    check_outbox_limit();
    outbox::OutboxEntry entry = make_entry(packing, batch);
    outbox_.commit(std::move(draft), entry);
    outcome.state = Outcome::State::queued;
    log::debug("queued " + outcome.batch_id);
    return outcome;
  }

  /// Closes what it wrote: Windows moves no folder with an open file.
  pack::PackedBatch pack_into(const std::filesystem::path& folder, const pack::PackOptions& packing,
                              const select::ScanResult& files) {
    pack::PackedFilesWriter packed_files(folder, clock_);
    pack::PackedBatch batch =
        pack::pack(files, folder, packing, progress_,
                   [&](const pack::PackedFile& file) { packed_files.add(file); });
    packed_files.finish();
    return batch;
  }

  [[nodiscard]] outbox::OutboxEntry make_entry(const pack::PackOptions& packing,
                                               const pack::PackedBatch& batch) const {
    outbox::OutboxEntry entry;
    entry.id = packing.id;
    entry.batch_name = packing.batch_name;
    entry.sender_host = packing.sender ? packing.sender->host : "";
    entry.target = target_;
    entry.files = batch.files;
    entry.size_bytes = batch.size_bytes;
    entry.queued_at = clock_.now();
    for (const pack::PackedPart& part : batch.parts) {
      entry.parts.push_back({part.name.str(), part.size_bytes});
    }
    return entry;
  }

  /// With the draft counted. What waits is delivered first where that makes room.
  void check_outbox_limit() {
    const auto is_over = [&] { return outbox_.size_bytes() > options_.outbox_limit_bytes; };
    if (!is_over()) return;
    make_queue_runner("").run(options_.lock_wait);
    deliver::make_room(outbox_, options_.state_dir, is_over);
    if (!is_over()) return;
    throw Error(
        ErrorCode::io,
        fmt::format("not queued: with this batch the outbox would hold {}, more than "
                    "--outbox-limit ({}); 'healthmetric-sender outbox list' shows what "
                    "waits",
                    human_bytes(outbox_.size_bytes()), human_bytes(options_.outbox_limit_bytes)));
  }

  deliver::QueueRunner make_queue_runner(const std::string& own_batch) {
    deliver::QueueRunner queue_runner(session_.server(), outbox_, clock_, progress_, target_,
                                      own_batch);
    record_deliveries(queue_runner, options_, clock_);
    return queue_runner;
  }

  /// Whatever ends it, the batch is queued by now, and the result tells of it.
  void deliver(Outcome& outcome) {
    deliver::QueueRunner queue_runner = make_queue_runner(outcome.batch_id);
    try {
      queue_runner.run(options_.lock_wait);
      outcome.status = program::more_important(outcome.status, deliver::tell_unreadable(outbox_));
      if (!queue_runner.is_stopped()) deliver_other_ways(outcome);
    } catch (const Error& error) {
      log::error(error.what());
      outcome.status = program::more_important(outcome.status, program::exit_status(error.code()));
      outcome.reason = printable(error.what());
    }
    outcome.status = program::more_important(outcome.status, queue_runner.status());
    if (outcome.state != Outcome::State::queued) return;
    const std::string reason = queue_runner.reason_of(outcome.batch_id);
    if (!reason.empty()) outcome.reason = printable(reason);
    switch (queue_runner.result_of(outcome.batch_id)) {
      case deliver::QueueRunner::Result::delivered:
        outcome.state = Outcome::State::sent;
        break;
      case deliver::QueueRunner::Result::refused:
        outcome.state = Outcome::State::refused;
        break;
      case deliver::QueueRunner::Result::waits:
        outcome.state = result_from_another_sender(outcome.batch_id);
        break;
    }
    if (outcome.state == Outcome::State::refused) {
      outcome.status = program::more_important(outcome.status, program::ExitStatus::refused);
    }
    if (outcome.state == Outcome::State::queued) tell_untried(outcome);
  }

  void warn_if_overdue(Outcome& outcome, std::chrono::seconds patience) const {
    const auto now = clock_.now_seconds();
    const auto overdue = deliver::find_overdue(outbox_.entries(outbox::Waiting::in_queue),
                                               options_.state_dir, target_, patience, now);
    if (!overdue) return;
    log::error(
        fmt::format("nothing was delivered to {} for {} (--warn-after), and {} in the outbox: "
                    "'healthmetric-sender outbox list' shows why",
                    repository_.str(), human_duration(now - overdue->since),
                    counted(overdue->batches, "batch waits", "batches wait")));
    outcome.status = program::more_important(outcome.status, program::ExitStatus::partly_done);
  }

  /// What was queued with another inbox branch goes there.
  void deliver_other_ways(Outcome& outcome) {
    const auto others = outbox_.targets([this](const outbox::OutboxEntry& entry) {
      return entry.target.same_destination(target_) && entry.target.trigger == target_.trigger &&
             entry.target.inbox_branch != target_.inbox_branch;
    });
    for (const model::Target& other : others) {
      const TargetDelivery done =
          deliver_to(other, outbox_, options_, transport_, clock_, progress_);
      outcome.status = program::more_important(outcome.status, done.status);
    }
  }

  /// A batch that waits was not sent, even if nothing is known to have failed.
  static void tell_untried(Outcome& outcome) {
    if (outcome.status != program::ExitStatus::success) return;
    log::error("not tried: " + outcome.batch_id + " is kept in the outbox");
    outcome.status = program::ExitStatus::internal;
  }

  /// Where another process delivered meanwhile, this run's batch may have gone along.
  [[nodiscard]] Outcome::State result_from_another_sender(const std::string& batch_id) const {
    const payload::BatchId id = payload::BatchId::parse(batch_id).value();
    if (outbox_.find(id, outbox::Waiting::in_queue)) return Outcome::State::queued;
    return outbox_.find(id, outbox::Waiting::refused) ? Outcome::State::refused
                                                      : Outcome::State::sent;
  }

  void wait(Outcome& outcome) {
    const payload::BatchId id = payload::BatchId::parse(outcome.batch_id).value();
    try {
      take_verdict(outcome, id,
                   deliver::wait_for_receipt(session_.server(), target_, clock_, progress_, id,
                                             *options_.wait));
    } catch (const Error& error) {
      log::error(error.code() == ErrorCode::timed_out ? error.what() + where_runs_are()
                                                      : error.what());
      outcome.status = program::more_important(outcome.status, program::exit_status(error.code()));
    }
  }

  void take_verdict(Outcome& outcome, const payload::BatchId& id, const archive::Receipt& receipt) {
    outbox::record_receipt(options_.state_dir, target_, id, receipt.status);
    deliver::remove_settled(outbox_, id);
    if (receipt.status == archive::BatchStatus::stored) {
      outcome.state = Outcome::State::stored;
      return;
    }
    outcome.state = Outcome::State::rejected;
    outcome.reason = printable(receipt.reason);
    outcome.status = program::more_important(outcome.status, program::ExitStatus::refused);
    log::error("the receiver rejected " + id.str() + ": " + outcome.reason);
  }

  [[nodiscard]] std::string where_runs_are() const {
    return "; is the workflow enabled? Its runs: " + runs_page(options_, repository_.str());
  }

  const Options& options_;
  forge::Repository repository_;
  model::Target target_;
  http::HttpTransport& transport_;
  platform::Clock& clock_;
  model::Progress& progress_;
  ForgeSession session_;
  outbox::Outbox outbox_;
  std::optional<pack::SourceFolder> source_;  ///< nothing: no folder is sent
  bool is_nothing_left_ = false;              ///< of what was sent from it
};

}  // namespace

Outcome send(const Options& options, http::HttpTransport& transport, platform::Clock& clock,
             model::Progress& progress) {
  select::ScanResult files = scan(options);
  for (const std::string& pattern : unmatched_patterns(options, files)) {
    log::warning(pattern + " matches nothing");
  }
  Outcome outcome = options.output.empty()
                        ? SendingRun(options, transport, clock, progress).run(std::move(files))
                        : write_to_folder(options, files, clock, progress);
  outcome.folder = searched_folder(options);
  return outcome;
}

}  // namespace healthmetric::sender
