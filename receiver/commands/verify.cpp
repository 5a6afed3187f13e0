#include "receiver/commands/verify.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "common/archive/layout.hpp"
#include "common/archive/summary_walk.hpp"
#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/codec/digest.hpp"
#include "common/program/log.hpp"
#include "common/program/status_line.hpp"
#include "common/text/json.hpp"
#include "receiver/commands/stored_files.hpp"
#include "receiver/unpack/inbox.hpp"

namespace healthmetric::receiver {
namespace {

using Kind = Finding::Kind;
using Entry = archive::StorageReader::Entry;

constexpr std::size_t kMaxListed = 10'000;

std::string_view to_text(Kind kind) {
  switch (kind) {
    case Kind::missing:
      return "missing";
    case Kind::changed:
      return "changed";
    case Kind::unreadable:
      return "unreadable";
    case Kind::unknown:
      return "unknown";
    case Kind::bad_summary:
      return "bad summary";
  }
  return "";
}

/// Half of a path's SHA-256: nobody can make another path with the same one, to hide behind it.
using PathDigest = std::array<char, 16>;

PathDigest digest_of(std::string_view path) {
  codec::Sha256 sha256;
  sha256.update(path);
  const std::string hex = sha256.finish_hex();
  PathDigest digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest.at(i) = static_cast<char>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  }
  return digest;
}

/// What git itself needs in a folder that holds nothing, or to leave bytes alone.
bool is_gits_housekeeping(std::string_view path) {
  const std::size_t slash = path.find('/');
  const std::string_view folder = path.substr(0, slash == std::string_view::npos ? 0 : slash + 1);
  const std::string_view name = path.substr(folder.size());
  const bool is_in_layout = folder.empty() || archive::is_layout_folder(folder);
  return is_in_layout && (name == ".gitattributes" || name == ".gitkeep" || name == ".gitignore");
}

/// What file managers, indexers and shares leave behind in folders they show. Not one of ours:
/// stored names begin with no dot but where the sender was told to send such files, and then a
/// summary knows.
bool is_system_litter(std::string_view path) {
  static constexpr std::array<std::string_view, 10> kFiles = {
      ".ds_store",       "thumbs.db",  "ehthumbs.db",
      "desktop.ini",     ".directory", ".localized",
      "icon\r",          ".apdisk",    ".com.apple.timemachine.donotpresent",
      ".volumeicon.icns"};
  static constexpr std::array<std::string_view, 9> kFolders = {
      "@eadir",     ".spotlight-v100", ".trashes",
      ".fseventsd", "$recycle.bin",    "#recycle",
      "lost+found", ".appledouble",    "system volume information"};
  static constexpr std::array<std::string_view, 5> kBeginnings = {".nfs", "._", ".fuse_hidden",
                                                                  ".smbdelete", ".trash-"};
  const std::string lower = ascii_lower(path);
  for (std::string_view rest = lower; !rest.empty();) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view name = rest.substr(0, slash);
    const bool is_folder = slash < rest.size();
    rest.remove_prefix(is_folder ? slash + 1 : slash);
    const auto begins = [&](std::string_view beginning) { return name.starts_with(beginning); };
    if (std::any_of(kBeginnings.begin(), kBeginnings.end(), begins)) return true;
    const auto is = [&](std::string_view known) { return name == known; };
    if (is_folder ? std::any_of(kFolders.begin(), kFolders.end(), is)
                  : std::any_of(kFiles.begin(), kFiles.end(), is)) {
      return true;
    }
  }
  return false;
}

class Auditor : private archive::SummaryVisitor {
 public:
  Auditor(archive::StorageReader& storage, const payload::Limits& limits, platform::Clock& clock,
          ShowProgress progress)
      : storage_(storage), limits_(limits), clock_(clock) {
    if (progress == ShowProgress::yes) line_.emplace(clock);
  }

  Audit run() {
    audit_.storage = storage_.root();
    unless_a_link_is_in_the_way([&] { archive::walk_summaries(storage_, *this); });
    std::sort(known_.begin(), known_.end());
    unless_a_link_is_in_the_way([&] { note_waiting(); });
    storage_.walk("", [&](const std::string& path, Entry entry) {
      show_progress();
      if (!path.starts_with(archive::kSummariesFolder)) look_at(path, entry);
      if (!is_system_litter(path)) is_empty_ = false;
    });
    const bool lacks_all = is_nothing_recorded() && lacks_summaries(storage_);
    if (lacks_all) find(Kind::missing, "summaries", "", "left out by a sparse clone");
    if (is_empty_ && audit_.found == 0 && !has_layout()) refuse_empty_folder();
    if (is_any_missing_) suggest_checkout(storage_);
    return std::move(audit_);
  }

 private:
  /// Whether a receiver or a sender prepared the folder.
  bool has_layout() {
    return storage_.has_folder(archive::kInboxFolder) ||
           storage_.has_folder(archive::kSummariesFolder) ||
           storage_.has_folder(archive::kRejectedFolder);
  }

  [[noreturn]] void refuse_empty_folder() const {
    throw Error(ErrorCode::usage,
                in_quotes(audit_.storage) +
                    " is empty: name the storage folder with --storage, or restore it");
  }

  [[nodiscard]] bool is_nothing_recorded() const {
    return audit_.stored_batches + audit_.rejected_batches == 0;
  }

  void find(Kind kind, const std::string& path, const std::string& batch_id, std::string detail) {
    log::error(fmt::format("{}: {}{}{}", to_text(kind), in_quotes(path),
                           batch_id.empty() ? "" : " of " + batch_id,
                           detail.empty() ? "" : ": " + detail));
    ++audit_.found;
    if (kind == Kind::missing) is_any_missing_ = true;
    if (audit_.findings.size() < kMaxListed) {
      audit_.findings.push_back({kind, path, batch_id, std::move(detail)});
    }
  }

  void note_litter(const std::string& path) {
    ++audit_.litter;
    log::debug("ignored a file of the operating system: " + in_quotes(path));
  }

  void show_progress() {
    if (!line_) return;
    line_->show([&] {
      return fmt::format("verifying: {}, {}, {}",
                         counted(audit_.stored_batches, "batch", "batches"),
                         counted_files(audit_.files), human_bytes(audit_.size_bytes));
    });
  }

  /// A link in place of a folder is reported later, with everything that is not a regular file.
  template <typename Action>
  static void unless_a_link_is_in_the_way(Action action) {
    try {
      action();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unsafe_path) throw;
    }
  }

  void on_other(const std::string& path, Entry entry) override {
    if (is_gits_housekeeping(path)) return;
    if (entry != Entry::file) return find_no_file(path, entry);
    if (is_system_litter(path)) return note_litter(path);
    find(Kind::unknown, path, "", "not a summary");
  }

  void find_no_file(const std::string& path, Entry entry) {
    find(Kind::unknown, path, "",
         entry == Entry::deep_folder
             ? "a folder deeper than any stored file; what is in it was not looked at"
             : "not a regular file");
  }

  void on_bad_summary(const std::string& path, const Error& why) override {
    find(Kind::bad_summary, path, "", why.what());
  }

  void on_summary(const std::string& path, const archive::RecordedBatch& batch) override {
    const bool is_stored = batch.status == archive::BatchStatus::stored;
    (is_stored ? audit_.stored_batches : audit_.rejected_batches) += 1;
    const auto id = payload::BatchId::parse(batch.batch_id);
    const std::string by_day = id ? archive::summary_path(*id).str() : "";
    if (path != by_day && !(id && path == archive::flat_summary_path(*id).str())) {
      find(Kind::bad_summary, path, "", "it is the summary of another batch");
    } else if (path != by_day && is_there(by_day)) {
      find(Kind::bad_summary, path, batch.batch_id,
           "the batch has another summary, " + in_quotes(by_day));
    }
    if (!is_stored && batch.listed_files != 0) {
      find(Kind::bad_summary, path, batch.batch_id, "it rejects the batch and lists stored files");
    }
    if (is_stored && (batch.listed_files != batch.total_files ||
                      batch.listed_size_bytes != batch.total_size_bytes)) {
      find(Kind::bad_summary, path, batch.batch_id, "its totals do not match its files");
    }
  }

  void on_file(const std::string& summary, const archive::RecordedBatch& batch,
               const archive::RecordedFile& file) override {
    audit_.files += 1;
    audit_.size_bytes += file.size_bytes;
    show_progress();
    try {
      const payload::RelativePath place(file.stored_path, payload::RelativePath::kMaxStoredBytes);
      const payload::RelativePath original(file.path);
      known_.push_back(digest_of(file.stored_path));
      compare(place, batch, file);
    } catch (const Error& error) {
      find(Kind::bad_summary, summary, batch.batch_id, error.what());
    }
  }

  /// What is stored with what the summary says of it.
  void compare(const payload::RelativePath& place, const archive::RecordedBatch& batch,
               const archive::RecordedFile& file) {
    try {
      auto there = storage_.open(place);
      if (!there) return find(Kind::missing, file.stored_path, batch.batch_id, "");
      const std::uint64_t size = there->state().size_bytes;
      if (size != file.size_bytes) {
        return find(Kind::changed, file.stored_path, batch.batch_id,
                    fmt::format("it has {} bytes, not {}", size, file.size_bytes));
      }
      if (codec::sha256_of(*there) != file.sha256) {
        find(Kind::changed, file.stored_path, batch.batch_id, "its SHA-256 differs");
      }
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unsafe_path) {
        return find(Kind::unreadable, file.stored_path, batch.batch_id, error.what());
      }
      find(Kind::changed, file.stored_path, batch.batch_id,
           error.what() + std::string("; restore the file"));
    }
  }

  void note_waiting() {
    // No time is too long here: what waits is the receiver's business.
    const unpack::Inbox inbox =
        unpack::scan_inbox(storage_, limits_, clock_.now_seconds(), std::chrono::seconds::max());
    for (const unpack::WaitingBatch& batch : inbox.batches) {
      for (const archive::PayloadFile& payload : unpack::all_files(batch))
        expected_.insert(payload.path.str());
    }
    audit_.waiting = expected_.size();
    for (const payload::RelativePath& trigger : inbox.triggers) expected_.insert(trigger.str());
  }

  [[nodiscard]] bool is_known(const std::string& path) const {
    return std::binary_search(known_.begin(), known_.end(), digest_of(path));
  }

  [[nodiscard]] bool is_there(const std::string& path) {
    try {
      return storage_.exists(payload::RelativePath(path));
    } catch (const Error&) {
      return false;  // a name the receiver never gives
    }
  }

  void look_at(const std::string& path, Entry entry) {
    if (is_known(path)) return;  // what stands there was looked at with its summary
    if (entry != Entry::file) return find_no_file(path, entry);
    if (expected_.contains(path) || is_gits_housekeeping(path)) return;
    if (is_system_litter(path)) return note_litter(path);
    if (path.starts_with(archive::kRejectedFolder)) return look_at_rejected(path);
    find(Kind::unknown, path, "",
         archive::is_staged(path) ? "left by an interrupted run; the next run removes it" : "");
  }

  /// A rejected payload and its reason belong together.
  void look_at_rejected(const std::string& path) {
    if (is_there(archive::reason_of(path))) return;
    const std::string payload(archive::payload_of_reason(path));
    if (payload.empty()) {
      return find(Kind::unknown, path, "", "a rejected payload without its reason");
    }
    if (!is_there(payload)) find(Kind::unknown, path, "", "a reason without its payload");
  }

  archive::StorageReader& storage_;
  const payload::Limits& limits_;
  platform::Clock& clock_;
  std::optional<program::StatusLine> line_;
  std::vector<PathDigest> known_;  ///< of every stored path that a summary names
  std::set<std::string> expected_;
  bool is_any_missing_ = false;
  bool is_empty_ = true;  ///< nothing was seen but what the system leaves
  Audit audit_;
};

}  // namespace

Audit audit(archive::StorageReader& storage, const payload::Limits& limits, platform::Clock& clock,
            ShowProgress progress) {
  return Auditor(storage, limits, clock, progress).run();
}

std::string to_line(const Audit& audit) {
  if (audit.stored_batches + audit.rejected_batches + audit.found == 0) {
    return fmt::format(
        "{}{}", nothing_stored_text(audit.storage),
        audit.waiting == 0 ? "" : "; " + counted(audit.waiting, "payload waits", "payloads wait"));
  }
  return fmt::format(
      "verified {} ({}, {}): {}{}", counted(audit.stored_batches, "batch", "batches"),
      counted_files(audit.files), human_bytes(audit.size_bytes),
      audit.found == 0 ? "nothing is missing, changed or unknown"
                       : counted(audit.found, "finding", "findings"),
      audit.litter == 0 ? ""
                        : "; ignored " + counted_files(audit.litter) + " of the operating system");
}

std::string to_json_text(const Audit& audit) {
  text::Json json;
  json["stored_batches"] = audit.stored_batches;
  json["rejected_batches"] = audit.rejected_batches;
  json["files"] = audit.files;
  json["bytes"] = audit.size_bytes;
  json["waiting"] = audit.waiting;
  json["system_litter"] = audit.litter;
  json["found"] = audit.found;
  json["findings"] = text::Json::array();
  for (const Finding& finding : audit.findings) {
    json["findings"].push_back(
        {{"kind", to_text(finding.kind)},
         {"path", finding.path},
         {"batch_id",
          finding.batch_id.empty() ? text::Json(nullptr) : text::Json(finding.batch_id)},
         {"detail", finding.detail}});
  }
  return healthmetric::text::to_text(json);
}

}  // namespace healthmetric::receiver
