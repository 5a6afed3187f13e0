#include "receiver/commands/receive.hpp"

#include <algorithm>
#include <map>

#include "common/archive/layout.hpp"
#include "common/archive/summary_reader.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/program/log.hpp"
#include "receiver/unpack/inbox.hpp"
#include "receiver/unpack/publish.hpp"
#include "receiver/unpack/rejection.hpp"
#include "receiver/unpack/requeue.hpp"
#include "receiver/unpack/summary.hpp"
#include "receiver/unpack/unpack.hpp"

namespace healthmetric::receiver {
namespace {

using Status = BatchReport::Status;

/// The name of a batch in messages.
std::string label(const BatchReport& report) {
  return report.id ? report.id->str() : in_quotes(report.payloads.front().str());
}

std::string contents_of(const BatchReport& report) {
  return fmt::format("{}, {}", counted_files(report.files), human_bytes(report.size_bytes));
}

class Receiver {
 public:
  Receiver(archive::Storage& storage, const Options& options, platform::Clock& clock)
      : storage_(storage), options_(options), clock_(clock) {}

  Report run() {
    Report report;
    report.is_dry_run = !writes();
    if (options_.rejected_payloads == RejectedPayloads::retry) {
      unpack::Retried retried = unpack::retry_rejected(storage_);
      report.retried = std::move(retried.taken);
      report.not_retried = std::move(retried.left);
    }
    unpack::Inbox inbox = scan();
    const std::vector<unpack::NamedPayload> early = unpack::early_parts(storage_, inbox);
    if (!early.empty()) inbox = scan_with(early, report);
    if (writes()) storage_.remove_tree(archive::kStagingFolder);
    report.batches.reserve(inbox.batches.size());
    for (unpack::WaitingBatch& batch : inbox.batches) {
      report.batches.push_back(process(batch));
      log_outcome(report.batches.back());
      batch = {};  // thousands may wait
    }
    if (writes()) {
      storage_.remove_tree(archive::kStagingFolder);
      for (const payload::RelativePath& trigger : inbox.triggers) storage_.remove(trigger);
      report.triggers_removed = inbox.triggers;
    }
    return report;
  }

 private:
  [[nodiscard]] bool writes() const { return options_.mode != Mode::verify_only; }

  unpack::Inbox scan(const std::vector<unpack::NamedPayload>& elsewhere = {}) {
    return unpack::scan_inbox(storage_, options_.limits, clock_.now_seconds(),
                              options_.incomplete_after, elsewhere);
  }

  /// What waits once the `early` parts that were rejected are back in the inbox.
  unpack::Inbox scan_with(const std::vector<unpack::NamedPayload>& early, Report& report) {
    if (writes()) {
      const std::vector<std::string> taken = unpack::take_back(storage_, early);
      report.retried.insert(report.retried.end(), taken.begin(), taken.end());
      return scan();
    }
    for (const unpack::NamedPayload& part : early) {
      log::info("would move " + in_quotes(part.payload.path.str()) + " back into the inbox");
      report.retried.push_back(part.payload.path.str());
    }
    return scan(early);
  }

  [[nodiscard]] unpack::StoreRules rules() const {
    return {options_.name_template, options_.limits, options_.git_blob_ids};
  }

  BatchReport process(const unpack::WaitingBatch& batch) {
    BatchReport report;
    report.id = batch.id;
    for (const archive::PayloadFile& payload : unpack::all_files(batch))
      report.payloads.push_back(payload.path);
    started_ = clock_.now();
    try {
      if (batch.id && finish_repeat(batch, *batch.id, report)) return report;
      if (const std::string* reason = listed_reason(batch)) {
        reject(batch, *reason, report);
      } else {
        process_new(batch, report);
      }
    } catch (const Error& error) {
      if (!unpack::is_defect(error.code())) throw;
      reject(batch, error.what(), report);
    }
    return report;
  }

  /// Why --reject-list has a payload of the batch; null when it has none.
  [[nodiscard]] const std::string* listed_reason(const unpack::WaitingBatch& batch) const {
    for (const archive::PayloadFile& payload : batch.payloads) {
      const auto listed = options_.reject_list.find(payload.path.str());
      if (listed != options_.reject_list.end()) return &listed->second;
    }
    return nullptr;
  }

  void process_new(const unpack::WaitingBatch& batch, BatchReport& report) {
    report.reason = batch.reason;
    if (batch.state == unpack::WaitingBatch::State::incomplete) {
      report.status = Status::waiting;
    } else if (batch.state == unpack::WaitingBatch::State::unusable) {
      reject(batch, batch.reason, report);
    } else if (writes()) {
      store(batch, report);
    } else {
      plan(batch, report);
    }
  }

  /// The steps of store(), without what they write.
  void plan(const unpack::WaitingBatch& batch, BatchReport& report) {
    const payload::BatchMetadata metadata =
        unpack::verify_only(storage_, batch, rules(), report.id);
    const payload::BatchId id = report.id.value();
    if (!batch.id && finish_repeat(batch, id, report)) return;
    describe(metadata, report);
    unpack::check_places(
        storage_, batch, options_.limits,
        unpack::StoredNames(options_.name_template, id, unpack::batch_folder(id, metadata),
                            options_.limits.max_folders()));
    report.status = Status::verified;
    planned_.emplace(id.str(), archive::Receipt{archive::BatchStatus::stored, "", batch.payloads});
  }

  void store(const unpack::WaitingBatch& batch, BatchReport& report) {
    const unpack::StagedBatch staged = unpack::stage(storage_, batch, rules(), report.id);
    // Version 1 payloads, and files that were renamed, show their identity only now.
    if (!batch.id && finish_repeat(batch, staged.id, report)) return;
    describe(staged.metadata, report);
    log::debug("verified " + label(report) + ": " + contents_of(report));
    unpack::publish(storage_, staged.manifest);
    log::debug("published " + label(report));
    unpack::remove_rejecting_summary(storage_, staged.id);
    record({staged.id, archive::BatchStatus::stored, "", staged.metadata, batch.payloads},
           staged.manifest, report);
    remove_payloads(batch);
  }

  /// A batch with a summary was dealt with by an earlier run, which died or lost its push before
  /// it could clean up. False when there is no summary, or one that leaves open what happens to
  /// these payloads.
  bool finish_repeat(const unpack::WaitingBatch& batch, const payload::BatchId& id,
                     BatchReport& report) {
    const auto receipt = known_receipt(id);
    if (!receipt) return false;
    if (!archive::is_final(*receipt) && !covers(*receipt, batch)) return false;
    report.summary = archive::find_summary(storage_, id).value_or(archive::summary_path(id));
    if (!covers(*receipt, batch)) {
      throw Error(ErrorCode::bad_payload,
                  "another payload with this batch ID was already processed");
    }
    if (receipt->status == archive::BatchStatus::rejected) {
      reject(batch, receipt->reason, report);
    } else {
      report.status = Status::repeated;
      if (writes()) remove_payloads(batch);
    }
    return true;
  }

  /// The record of the batch from an earlier run, or the one that this dry run would have written.
  std::optional<archive::Receipt> known_receipt(const payload::BatchId& id) {
    const auto planned = planned_.find(id.str());
    return planned != planned_.end() ? planned->second : archive::read_receipt(storage_, id);
  }

  /// Whether every payload is one the receipt names, with its size. Only the name of the file
  /// counts, for the same payload may lie in the inbox or in the root, and that only where it tells
  /// the batch and the part: somebody may have renamed it.
  static bool covers(const archive::Receipt& receipt, const unpack::WaitingBatch& batch) {
    const auto is_the_same = [](const archive::PayloadFile& a, const archive::PayloadFile& b) {
      const auto name_of_a = payload::PayloadName::parse(a.path.filename());
      const auto name_of_b = payload::PayloadName::parse(b.path.filename());
      return a.size_bytes == b.size_bytes && (!name_of_a || !name_of_b || *name_of_a == *name_of_b);
    };
    const auto is_known = [&](const archive::PayloadFile& payload) {
      return std::any_of(
          receipt.payloads.begin(), receipt.payloads.end(),
          [&](const archive::PayloadFile& known) { return is_the_same(known, payload); });
    };
    return std::all_of(batch.payloads.begin(), batch.payloads.end(), is_known);
  }

  /// What cannot be set aside, for a link in the way or a folder that may not be written, stays
  /// where it is, and the others go on.
  void reject(const unpack::WaitingBatch& batch, std::string_view why, BatchReport& report) {
    const std::string reason(utf8_prefix(why, archive::kMaxReasonBytes));
    report.status = Status::rejected;
    report.reason = reason;
    if (!writes()) {
      if (report.id && !report.summary) {
        planned_.emplace(report.id->str(),
                         archive::Receipt{archive::BatchStatus::rejected, reason, batch.payloads});
      }
      return;
    }
    try {
      record_and_set_aside(batch, reason, report);
    } catch (const Error& error) {
      report.is_stuck = error.code() == ErrorCode::io;
      if (!report.is_stuck && !unpack::is_defect(error.code())) throw;
      report.reason += std::string("; not moved to rejected/: ") + error.what();
    }
  }

  /// The summary comes before the payloads are moved: a run that dies in between finds the receipt
  /// and moves them then.
  void record_and_set_aside(const unpack::WaitingBatch& batch, const std::string& reason,
                            BatchReport& report) {
    if (report.id && !report.summary) {
      payload::BatchMetadata metadata;
      metadata.batch_name = report.batch_name;
      metadata.producer =
          unpack::claimed_producer(storage_, batch.payloads, *report.id, options_.limits);
      record({*report.id, archive::BatchStatus::rejected, reason, metadata, batch.payloads}, {},
             report);
    }
    report.rejected = unpack::set_aside(storage_, unpack::all_files(batch),
                                        {report.id, reason, clock_.now_seconds()});
  }

  void record(archive::Summary summary, const std::optional<payload::RelativePath>& manifest,
              BatchReport& report) {
    summary.processed_at = clock_.now_seconds();
    summary.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - started_);
    unpack::write_summary(storage_, summary, manifest);
    report.summary = archive::summary_path(summary.id);
    log::debug("wrote " + report.summary->str());
  }

  void remove_payloads(const unpack::WaitingBatch& batch) {
    if (options_.mode != Mode::store) return;
    for (const archive::PayloadFile& payload : unpack::all_files(batch))
      storage_.remove(payload.path);
  }

  static void describe(const payload::BatchMetadata& metadata, BatchReport& report) {
    report.batch_name = metadata.batch_name;
    report.files = metadata.total_files;
    report.size_bytes = metadata.total_size_bytes;
  }

  void log_outcome(const BatchReport& report) const {
    const std::string contents = contents_of(report);
    switch (report.status) {
      case Status::stored:
        return log::info("stored " + label(report) + ": " + contents);
      case Status::verified:
        return log::info("would store " + label(report) + ": " + contents);
      case Status::repeated:
        return log::info("already stored: " + label(report));
      case Status::waiting:
        return log::info("waiting for " + report.reason + " of " + label(report));
      case Status::rejected:
        return log::error((writes() ? "rejected " : "would reject ") + label(report) + ": " +
                          report.reason);
    }
  }

  archive::Storage& storage_;
  const Options& options_;
  platform::Clock& clock_;
  platform::Clock::time_point started_;
  std::map<std::string, archive::Receipt>
      planned_;  ///< what a dry run would have recorded, by batch
};

}  // namespace

Report receive(archive::Storage& storage, const Options& options, platform::Clock& clock) {
  return Receiver(storage, options, clock).run();
}

}  // namespace healthmetric::receiver
