#include "sender/check/state_checks.hpp"

#include <algorithm>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/database/producer.hpp"
#include "common/platform/access.hpp"
#include "common/platform/file_lock.hpp"
#include "common/platform/identity.hpp"
#include "common/platform/user_dirs.hpp"
#include "sender/outbox/sent_files.hpp"

namespace healthmetric::check {
namespace {

namespace fs = std::filesystem;
using std::chrono::floor;
using std::chrono::seconds;

constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;
constexpr std::uint64_t kLittleBytes = 200 * kMiB;
constexpr std::chrono::hours kLongWait{1};
constexpr std::chrono::hours kLongUntilStored{24};
constexpr std::uint64_t kNearLimitPercent = 80;

constexpr const char* kListHint = "'healthmetric-sender outbox list' shows them";

/// `path`, or what of it exists.
fs::path existing_part(fs::path path) {
  std::error_code error;
  path = fs::absolute(path, error);
  while (path.has_relative_path() && !fs::exists(fs::symlink_status(path, error))) {
    path = path.parent_path();
  }
  return path;
}

/// What a user can do about a place that may not be written.
std::string hint_for(const fs::path& place, const fs::path& folder) {
  const std::string owner = platform::foreign_owner_hint(place, folder);
  return (owner.empty() ? "give the sender's user permission to write there" : owner) +
         ", or use another --state-dir";
}

seconds age_of(platform::Clock::time_point since, std::chrono::sys_seconds now) {
  return std::max(seconds(0), now - floor<seconds>(since));
}

}  // namespace

OutboxContent content_of(const outbox::Outbox& outbox) {
  return {outbox.entries(outbox::Waiting::in_queue), outbox.entries(outbox::Waiting::delivered),
          outbox.entries(outbox::Waiting::refused), outbox.unreadable(), outbox.size_bytes()};
}

Finding check_state_directory(const fs::path& state_dir) {
  constexpr const char* kCheck = "state-directory";
  if (state_dir.empty()) {
    return failed(kCheck, std::string(platform::state_folder_text().why_unknown),
                  "use --state-dir");
  }
  const std::string name = in_quotes(state_dir.string());
  const fs::path there = existing_part(state_dir);
  std::error_code error;
  if (!fs::is_directory(there, error)) {
    return failed(kCheck, in_quotes(there.string()) + " is not a folder",
                  "remove it, or use another --state-dir");
  }
  for (const fs::path& place : {there, state_dir / "outbox", state_dir / "outbox" / "refused"}) {
    if (!fs::exists(place, error)) continue;
    const auto why = platform::why_no_access(place, platform::Access::change);
    if (!why) continue;
    return failed(kCheck, "cannot write " + in_quotes(place.string()) + ": " + why.message(),
                  hint_for(place, state_dir));
  }
  if (!fs::exists(state_dir, error)) {
    return ok(kCheck, name + ", which the first run creates");
  }
  if (platform::has_permission(state_dir / "outbox",
                               fs::perms::others_read | fs::perms::others_write)) {
    return warning(
        kCheck, "other users have access to " + in_quotes((state_dir / "outbox").string()),
        fmt::format("run 'chmod go-rwx {}'", printable((state_dir / "outbox").string())));
  }
  return ok(kCheck, name);
}

Finding check_disk_space(const fs::path& state_dir, std::uint64_t part_limit_bytes) {
  constexpr const char* kCheck = "disk-space";
  const fs::path place = existing_part(state_dir);
  std::error_code error;
  const fs::space_info space = fs::space(place, error);
  if (error) {
    return failed(kCheck, "cannot look at " + in_quotes(place.string()) + ": " + error.message(),
                  "use another --state-dir");
  }
  const std::string found =
      fmt::format("{} free for {}", human_bytes(space.available), in_quotes(state_dir.string()));
  const std::string hint = "free some space, or use another --state-dir";
  if (space.available < part_limit_bytes) {
    return failed(
        kCheck,
        found + ": less than the size of one payload (" + human_bytes(part_limit_bytes) + ")",
        hint);
  }
  return space.available < kLittleBytes ? warning(kCheck, found, hint) : ok(kCheck, found);
}

Finding check_lock(const outbox::Outbox& outbox) {
  constexpr const char* kCheck = "lock";
  const fs::path file = outbox.lock_file();
  switch (platform::FileLock::look(file)) {
    case platform::FileLock::State::missing:
      return ok(kCheck, "nothing has been delivered from here yet");
    case platform::FileLock::State::free:
      return ok(kCheck, "no other sender is delivering");
    case platform::FileLock::State::held:
      break;
  }
  const std::string holder = platform::FileLock::holder(file);
  return warning(
      kCheck,
      "another sender is delivering now" + (holder.empty() ? "" : " (process " + holder + ")"),
      "let it finish; it delivers what waits");
}

Finding check_queue(const OutboxContent& content, std::chrono::sys_seconds now) {
  constexpr const char* kCheck = "queue";
  if (content.queued.empty()) return ok(kCheck, "nothing waits for delivery");
  const outbox::OutboxEntry& oldest = content.queued.front();
  const seconds age = age_of(oldest.queued_at, now);
  std::string found = fmt::format("{} for delivery, the oldest for {}",
                                  counted(content.queued.size(), "batch waits", "batches wait"),
                                  human_duration(age));
  const auto failing =
      std::find_if(content.queued.begin(), content.queued.end(),
                   [](const outbox::OutboxEntry& entry) { return !entry.last_error.empty(); });
  if (failing != content.queued.end()) found += "; last error: " + printable(failing->last_error);
  if (failing == content.queued.end() && age < kLongWait) return ok(kCheck, found);
  return warning(kCheck, found, "'healthmetric-sender outbox retry' delivers what waits");
}

Finding check_receipts(const OutboxContent& content, std::chrono::sys_seconds now) {
  constexpr const char* kCheck = "receipts";
  if (content.delivered.empty()) return ok(kCheck, "no delivered batch waits for its receipt");
  const auto delivered_at = [](const outbox::OutboxEntry& entry) {
    return entry.delivered_at.value_or(entry.queued_at);
  };
  const auto oldest = std::min_element(
      content.delivered.begin(), content.delivered.end(),
      [&](const auto& a, const auto& b) { return delivered_at(a) < delivered_at(b); });
  const seconds age = age_of(delivered_at(*oldest), now);
  const std::string found = fmt::format(
      "{} no receipt yet, the oldest for {}",
      counted(content.delivered.size(), "delivered batch has", "delivered batches have"),
      human_duration(age));
  if (age < kLongUntilStored) return ok(kCheck, found);
  return warning(kCheck, found,
                 "look at the workflow's runs; once it works again, the sender's next run finds "
                 "the receipts");
}

Finding check_refused(const OutboxContent& content) {
  constexpr const char* kCheck = "refused";
  if (content.refused.empty()) return ok(kCheck, "the repository has refused nothing");
  const std::string& error = content.refused.back().last_error;
  return warning(
      kCheck,
      counted(content.refused.size(), "batch was", "batches were") + " refused for good" +
          (error.empty() ? "" : ": " + printable(error)),
      "remove the cause, then 'healthmetric-sender outbox retry ID'; or 'outbox drop ID'");
}

Finding check_entries(const OutboxContent& content) {
  constexpr const char* kCheck = "outbox-entries";
  if (content.unreadable.empty()) return ok(kCheck, "all batches in the outbox can be read");
  return failed(kCheck,
                fmt::format("{} in the outbox cannot be read: {}",
                            counted(content.unreadable.size(), "batch", "batches"),
                            printable(content.unreadable.front().reason)),
                "send its files again, then 'healthmetric-sender outbox drop " +
                    printable(content.unreadable.front().folder.filename().string()) + "'");
}

Finding check_outbox_size(const OutboxContent& content, std::uint64_t limit_bytes) {
  constexpr const char* kCheck = "outbox-size";
  const std::string found = fmt::format("{} of {} (--outbox-limit)",
                                        human_bytes(content.size_bytes), human_bytes(limit_bytes));
  if (content.size_bytes >= limit_bytes) {
    return failed(kCheck, found + ": nothing more is queued",
                  "deliver what waits, or raise --outbox-limit");
  }
  const bool is_near = content.size_bytes >= limit_bytes / 100 * kNearLimitPercent;
  return is_near ? warning(kCheck, found, kListHint) : ok(kCheck, found);
}

Finding check_sent_files(const fs::path& state_dir, const model::Target& target) {
  constexpr const char* kCheck = "sent-files";
  outbox::SentFiles::read_only(state_dir, target).unconfirmed(1);
  return ok(kCheck, "the record of sent files can be read");
}

Finding check_producer(const fs::path& state_dir) {
  constexpr const char* kCheck = "producer";
  const std::string name = database::recorded_producer(state_dir);
  return ok(kCheck,
            name.empty() ? "not recorded yet; the first batch records it" : printable(name));
}

}  // namespace healthmetric::check
