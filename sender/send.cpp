#include "sender/send.hpp"

#include <algorithm>
#include <set>

#include "common/error.hpp"
#include "common/file_io.hpp"
#include "common/format.hpp"
#include "common/json.hpp"
#include "common/log.hpp"
#include "common/printable.hpp"
#include "sender/credentials.hpp"
#include "sender/delivery.hpp"
#include "sender/outbox.hpp"
#include "sender/repository.hpp"
#include "sender/retry.hpp"
#include "sender/source.hpp"
#include "sender/url.hpp"

namespace healthmetric::sender {
namespace {

/// From here on the format's first description recommends smaller batches.
constexpr std::uint64_t kLargeBatchBytes = 50'000'000;

void log_left_out(const std::vector<LeftOutFile>& left_out) {
  for (const LeftOutFile& file : left_out) {
    const std::string line = "left out " + in_quotes(file.file.path) + ": " + file.file.reason;
    if (file.kind == LeftOut::by_error) {
      log::error(line);
    } else {
      log::debug(line);
    }
  }
}

/// The outcome of packing; its fate is decided later.
Outcome describe(const PackOptions& options, const PackedBatch& batch) {
  Outcome outcome;
  outcome.batch_id = options.id.str();
  outcome.files = batch.files;
  outcome.size_bytes = batch.size_bytes;
  for (const PackedPart& part : batch.parts) outcome.payloads.push_back(part.name.str());
  outcome.left_out = batch.left_out;
  log_left_out(batch.left_out);
  outcome.status = status_of_packing(batch.left_out, batch.parts.size());
  if (batch.size_bytes > kLargeBatchBytes) {
    log::warning(fmt::format("a batch of {}: several smaller ones arrive sooner",
                             human_bytes(batch.size_bytes)));
  }
  return outcome;
}

Outcome write_to_folder(const Options& options, const ScanResult& files, Clock& clock,
                        Progress& progress) {
  const std::filesystem::path inbox = options.output / "_storage" / "inbox";
  const Draft draft = make_draft(inbox);
  const PackOptions packing = pack_options(options, clock);
  const PackedBatch batch = pack(files, draft.folder(), packing, progress);
  Outcome outcome = describe(packing, batch);
  if (batch.parts.empty()) return outcome;
  for (std::string& payload : outcome.payloads) {
    std::filesystem::rename(draft.folder() / payload, inbox / payload);
    payload = (inbox / payload).string();
  }
  sync_directory(inbox);
  outcome.fate = Outcome::Fate::written;
  outcome.target = inbox.string();
  return outcome;
}

/// Sends what waits for one target and keeps count of what happened.
class Deliverer {
 public:
  Deliverer(GithubClient& client, const Outbox& outbox, Progress& progress, Target target,
            std::string own_batch)
      : client_(client),
        outbox_(outbox),
        progress_(progress),
        target_(std::move(target)),
        own_batch_(std::move(own_batch)) {}

  /// Looks at the queue again until it holds nothing new: another sender may have added a batch
  /// and gone, trusting us to take it along.
  void run() {
    bool found = true;
    while (found && !stopped_) {
      found = false;
      for (OutboxEntry& entry : outbox_.waiting_for(target_)) {
        if (stopped_ || !tried_.insert(entry.id.str()).second) continue;
        found = true;
        deliver_one(entry);
      }
    }
  }

  [[nodiscard]] Outcome::Fate fate_of(const std::string& batch_id) const {
    if (delivered_.contains(batch_id)) return Outcome::Fate::sent;
    return refused_.contains(batch_id) ? Outcome::Fate::refused : Outcome::Fate::queued;
  }

  [[nodiscard]] ExitStatus status() const { return status_; }

 private:
  void deliver_one(OutboxEntry& entry) {
    const std::string id = entry.id.str();
    try {
      deliver(client_, entry, progress_);
      Outbox::remove(entry);
      delivered_.insert(id);
      // The result tells of this run's own batch.
      if (id != own_batch_) log::info("delivered " + id + ", which waited in the outbox");
    } catch (const Error& error) {
      status_ = more_important(status_, exit_status(error.code()));
      if (error.code() == ErrorCode::refused) {
        outbox_.set_aside(entry, log::redacted(error.what()));
        refused_.insert(id);
        log::error(error.what());
        log::error("refused, kept in the outbox's refused/ folder: " + id);
      } else {
        // A missing permission or network concerns every batch alike, a damaged payload its own.
        stopped_ = error.code() != ErrorCode::io;
        log::error(error.what());
        const bool has_arrived = std::all_of(entry.parts.begin(), entry.parts.end(),
                                             [](const OutboxPart& part) { return part.delivered; });
        log::error(
            (has_arrived ? "delivered, but the workflow was not started; " : "not delivered, ") +
            std::string("waits in the outbox for the next run: ") + id);
      }
    }
  }

  GithubClient& client_;
  const Outbox& outbox_;
  Progress& progress_;
  Target target_;
  std::string own_batch_;
  std::set<std::string> tried_;
  std::set<std::string> delivered_;
  std::set<std::string> refused_;
  ExitStatus status_ = ExitStatus::success;
  bool stopped_ = false;
};

Outcome send_to_repository(const Options& options, const ScanResult& files,
                           HttpTransport& transport, Clock& clock, Progress& progress) {
  const Url api = Url::parse(options.api_url, "--api-url");
  const Repository repository = find_repository(options.repository, api);
  const std::string token = find_token(options.token_file, api);
  const Target target{options.api_url, repository.str(), options.branch, options.trigger};

  const Outbox outbox(options.state_dir);
  Draft draft = outbox.begin();
  const PackOptions packing = pack_options(options, clock);
  const PackedBatch batch = pack(files, draft.folder(), packing, progress);
  Outcome outcome = describe(packing, batch);
  outcome.target = repository.str();
  if (!batch.parts.empty()) {
    OutboxEntry entry{packing.id, packing.batch_name, packing.sender ? packing.sender->host : "",
                      target,     batch.files,        batch.size_bytes};
    for (const PackedPart& part : batch.parts) {
      entry.parts.push_back({part.name.str(), part.size_bytes});
    }
    outbox.commit(std::move(draft), entry);
    log::debug("queued " + outcome.batch_id);
  }

  std::string holder;
  const auto lock = outbox.try_lock(holder);
  if (!lock) {
    log::error("another sender is delivering (process " + holder +
               "); this batch waits in the outbox and goes with it or with the next run");
    outcome.fate = Outcome::Fate::queued;
    outcome.status = more_important(outcome.status, ExitStatus::busy);
    return outcome;
  }
  WatchedTransport watched(transport, progress);
  RetryingTransport retrying(watched, clock, options.max_wait, progress);
  GithubClient client(retrying, {options.api_url, token, repository, options.branch});
  Deliverer deliverer(client, outbox, progress, target, outcome.batch_id);
  deliverer.run();
  outcome.status = more_important(outcome.status, deliverer.status());
  if (!batch.parts.empty()) outcome.fate = deliverer.fate_of(outcome.batch_id);
  return outcome;
}

std::string_view to_text(Outcome::Fate fate) {
  switch (fate) {
    case Outcome::Fate::sent:
      return "sent";
    case Outcome::Fate::written:
      return "written";
    case Outcome::Fate::queued:
      return "queued";
    case Outcome::Fate::refused:
      return "refused";
    case Outcome::Fate::empty:
      return "empty";
  }
  return "";
}

}  // namespace

Outcome send(const Options& options, HttpTransport& transport, Clock& clock, Progress& progress) {
  const ScanResult files = scan(options);
  if (!options.output.empty()) return write_to_folder(options, files, clock, progress);
  return send_to_repository(options, files, transport, clock, progress);
}

std::string to_line(const Outcome& outcome) {
  const std::string left_out =
      outcome.left_out.empty() ? "" : fmt::format("; left out {}", outcome.left_out.size());
  if (outcome.fate == Outcome::Fate::empty) {
    const bool types_left_out =
        std::any_of(outcome.left_out.begin(), outcome.left_out.end(),
                    [](const LeftOutFile& file) { return file.file.reason == kUnsupportedType; });
    return "nothing to send" + left_out + (types_left_out ? " (--all-types sends every type)" : "");
  }
  return fmt::format("{} {}: {}, {}, {}, to {}{}", to_text(outcome.fate), outcome.batch_id,
                     counted_files(outcome.files), human_bytes(outcome.size_bytes),
                     counted(outcome.payloads.size(), "payload", "payloads"),
                     printable(outcome.target), left_out);
}

std::string what_next(const Options& options, const Outcome& outcome) {
  switch (outcome.fate) {
    case Outcome::Fate::sent:
      return "Watch the receiver at " +
             web_url(Url::parse(options.api_url, "--api-url"), outcome.target) + "/actions\n";
    case Outcome::Fate::queued:
      return "It waits in the outbox; the next run to the same repository delivers it.\n";
    case Outcome::Fate::refused:
      return "It is kept in the outbox's refused/ folder: " +
             (options.state_dir / "outbox" / "refused").string() + "\n";
    case Outcome::Fate::written:
      return "Run healthmetric-receiver in " + options.output.string() + " to unpack it.\n";
    case Outcome::Fate::empty:
      return "";
  }
  return "";
}

std::string to_json_text(const Outcome& outcome) {
  Json json;
  const bool has_batch = outcome.fate != Outcome::Fate::empty;
  json["status"] = to_text(outcome.fate);
  json["exit_status"] = static_cast<int>(outcome.status);
  json["batch_id"] = has_batch ? Json(outcome.batch_id) : Json(nullptr);
  json["target"] = outcome.target;
  json["files"] = outcome.files;
  json["bytes"] = outcome.size_bytes;
  json["payloads"] = outcome.payloads;
  json["left_out"] = left_out_json(outcome.left_out);
  return healthmetric::to_text(json);
}

}  // namespace healthmetric::sender
