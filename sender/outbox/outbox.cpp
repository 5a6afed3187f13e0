#include "sender/outbox/outbox.hpp"

#include <algorithm>
#include <system_error>
#include <utility>
#include <variant>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/system_error.hpp"
#include "common/platform/file.hpp"
#include "common/platform/identity.hpp"
#include "common/platform/interruption.hpp"

namespace healthmetric::outbox {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxEntryBytes = std::uint64_t{4} * 1024 * 1024;
constexpr const char* kEntryFile = "entry.json";
constexpr const char* kLockFile = "lock";
constexpr const char* kDraftPrefix = ".draft-";
constexpr const char* kLockSuffix = ".lock";
constexpr const char* kDeliveredFolder = "delivered";
constexpr const char* kRefusedFolder = "refused";

std::variant<OutboxEntry, UnreadableEntry> read_entry(const fs::path& folder) {
  try {
    return parse_outbox_entry(platform::read_file(folder / kEntryFile, kMaxEntryBytes), folder);
  } catch (const Error& error) {
    return UnreadableEntry{folder, error.what()};
  }
}

/// What is in `parent` under names that begin with `prefix`, sorted.
std::vector<fs::path> entries_in(const fs::path& parent, const std::string& prefix) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(parent, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().string().starts_with(prefix)) found.push_back(it->path());
  }
  if (error) throw_system_error("cannot list " + in_quotes(parent.string()), error);
  std::sort(found.begin(), found.end());
  return found;
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

void remove_file(const fs::path& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}

/// None where there is no such folder yet.
std::vector<fs::path> batch_folders_in(const fs::path& parent) {
  std::error_code error;
  if (fs::status(parent, error).type() == fs::file_type::not_found) return {};
  std::vector<fs::path> folders = entries_in(parent, "");
  std::erase_if(folders, [](const fs::path& folder) {
    return !payload::BatchId::parse(folder.filename().string()) || !is_folder(folder);
  });
  return folders;
}

fs::path lock_of(const fs::path& draft) {
  return draft.string() + kLockSuffix;
}

/// A draft nobody holds the lock of is what a process left behind that died while packing. Where
/// there is no lock beside it, it is itself what may be locked, by version 0.1.0.
void remove_dead_draft(const fs::path& folder) {
  std::error_code ignored;
  const fs::path beside = lock_of(folder);
  const bool is_beside = fs::exists(beside, ignored);
  auto lock = platform::FileLock::try_lock_existing(is_beside ? beside : folder);
  if (!lock) return;
  fs::remove_all(folder, ignored);
  if (is_beside) lock->remove();
}

void remove_dead_drafts(const fs::path& parent) {
  for (const fs::path& entry : entries_in(parent, kDraftPrefix)) {
    if (entry.extension() == kLockSuffix) {
      remove_dead_draft(fs::path(entry).replace_extension());
    } else if (is_folder(entry)) {
      remove_dead_draft(entry);
    }
  }
}

void move_folder(const fs::path& from, const fs::path& to) {
  platform::move(from, to);
  platform::sync_directory(to.parent_path());
}

/// Locks the name of a draft and makes its empty folder. Nothing when another process took the lock
/// for a dead one's, in the moment before it was locked, and removes it.
std::optional<Draft> try_to_make_draft(const fs::path& folder) {
  std::optional<platform::FileLock> lock;
  try {
    lock = platform::FileLock::try_lock(lock_of(folder));
    if (lock) platform::create_private_directories(folder);
  } catch (const Error&) {
    remove_file(lock_of(folder));
    throw;
  }
  if (!lock) {
    remove_file(lock_of(folder));
    return {};
  }
  return Draft(folder, *std::move(lock));
}

}  // namespace

Draft::Draft(fs::path folder, platform::FileLock lock)
    : folder_(std::move(folder)), lock_(std::move(lock)) {}

Draft::Draft(Draft&& other) noexcept
    : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, std::nullopt)) {}

Draft::~Draft() {
  if (!lock_) return;
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  // An empty one goes whatever a mask took from its mode, but is not looked into.
  if (ignored) fs::remove(folder_, ignored);
  lock_->remove();
}

void Draft::commit_as(const fs::path& target) {
  platform::sync_directory(folder_);
  move_folder(folder_, target);
  folder_.clear();
}

Draft make_draft(const fs::path& parent) {
  platform::create_private_directories(parent);
  remove_dead_drafts(parent);
  constexpr int kMostTries = 20;
  for (int tries = 0; tries < kMostTries; ++tries) {
    platform::stop_if_signalled();
    if (auto draft = try_to_make_draft(parent / (kDraftPrefix + platform::random_hex(8)))) {
      return *std::move(draft);
    }
  }
  throw Error(ErrorCode::io, "cannot pack in " + in_quotes(parent.string()) +
                                 ": other processes remove each new folder there");
}

namespace {

/// Who ran it once with sudo has files there that are root's, and is told by no "Permission denied"
/// what to do.
void check_owner(const fs::path& state_dir) {
  for (const char* name :
       {"", "outbox", "outbox/delivered", "outbox/refused", "outbox/lock", "sent.db"}) {
    const fs::path place = *name == '\0' ? state_dir : state_dir / name;
    const std::string hint = platform::foreign_owner_hint(place, state_dir);
    if (hint.empty()) continue;
    throw Error(ErrorCode::io, fmt::format("cannot write {}: {}, or use another --state-dir",
                                           in_quotes(place.string()), hint));
  }
}

}  // namespace

Outbox::Outbox(const fs::path& state_dir) : folder_(state_dir / "outbox") {
  check_owner(state_dir);
  platform::create_private_directories(folder_ / kRefusedFolder);
}

std::optional<Outbox> Outbox::existing(const fs::path& state_dir) {
  Outbox outbox;
  outbox.folder_ = state_dir / "outbox";
  std::error_code error;
  if (!fs::exists(outbox.folder_, error)) return {};
  return outbox;
}

fs::path Outbox::lock_file() const {
  return folder_ / kLockFile;
}

Draft Outbox::begin() const {
  return make_draft(folder_);
}

fs::path Outbox::place(Waiting where) const {
  switch (where) {
    case Waiting::in_queue:
      return folder_;
    case Waiting::delivered:
      return folder_ / kDeliveredFolder;
    case Waiting::refused:
      return folder_ / kRefusedFolder;
  }
  return folder_;
}

void Outbox::commit(Draft draft, OutboxEntry& entry) const {
  platform::write_file_atomically(draft.folder() / kEntryFile, to_text(entry));
  entry.folder = folder_ / entry.id.str();
  draft.commit_as(entry.folder);
}

std::vector<OutboxEntry> Outbox::entries(Waiting where) const {
  std::vector<OutboxEntry> entries;
  for (const fs::path& folder : batch_folders_in(place(where))) {
    auto read = read_entry(folder);
    if (auto* entry = std::get_if<OutboxEntry>(&read)) entries.push_back(std::move(*entry));
  }
  std::stable_sort(entries.begin(), entries.end(), [](const OutboxEntry& a, const OutboxEntry& b) {
    return a.queued_at < b.queued_at;
  });
  return entries;
}

std::vector<UnreadableEntry> Outbox::unreadable() const {
  std::vector<UnreadableEntry> found;
  for (const Waiting where : {Waiting::in_queue, Waiting::delivered}) {
    for (const fs::path& folder : batch_folders_in(place(where))) {
      auto read = read_entry(folder);
      if (auto* entry = std::get_if<UnreadableEntry>(&read)) found.push_back(std::move(*entry));
    }
  }
  return found;
}

std::vector<OutboxEntry> Outbox::waiting_for(const model::Target& target) const {
  std::vector<OutboxEntry> found = entries(Waiting::in_queue);
  std::erase_if(found, [&](const OutboxEntry& entry) { return !(entry.target == target); });
  return found;
}

std::vector<model::Target> Outbox::targets(
    const std::function<bool(const OutboxEntry&)>& is_chosen) const {
  std::vector<model::Target> found;
  for (const Waiting where : {Waiting::in_queue, Waiting::delivered}) {
    for (const OutboxEntry& entry : entries(where)) {
      const bool is_known = std::find(found.begin(), found.end(), entry.target) != found.end();
      if (!is_known && is_chosen(entry)) found.push_back(entry.target);
    }
  }
  return found;
}

std::optional<fs::path> Outbox::find(const payload::BatchId& id, Waiting where) const {
  fs::path folder = place(where) / id.str();
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(folder, error))) return {};
  return folder;
}

std::uint64_t Outbox::size_bytes() const {
  std::uint64_t sum = 0;
  std::error_code error;
  // Others deliver and pack meanwhile: what is gone when it is looked at counts nothing.
  for (fs::recursive_directory_iterator it(folder_, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code gone;
    const bool is_of_a_batch = it.depth() > 0;  // as the lock is not
    if (!is_of_a_batch || !it->is_regular_file(gone)) continue;
    const std::uint64_t size = it->file_size(gone);
    if (!gone) sum += size;
  }
  return sum;
}

void Outbox::save(const OutboxEntry& entry) {
  platform::write_file_atomically(entry.folder / kEntryFile, to_text(entry));
}

void Outbox::remove(const fs::path& folder) const {
  // As a draft nobody holds: what a crash leaves of it is removed by the next run, never delivered.
  const fs::path leaving = folder_ / (kDraftPrefix + platform::random_hex(8));
  move_folder(folder, leaving);
  std::error_code ignored;
  fs::remove_all(leaving, ignored);
}

void Outbox::set_aside(const OutboxEntry& entry) const {
  save(entry);
  move_folder(entry.folder, place(Waiting::refused) / entry.id.str());
}

void Outbox::set_delivered(const OutboxEntry& entry) const {
  save(entry);
  const fs::path delivered = place(Waiting::delivered);
  platform::create_private_directories(delivered);
  move_folder(entry.folder, delivered / entry.id.str());
}

void Outbox::take_back(const fs::path& folder) const {
  move_folder(folder, folder_ / folder.filename());
}

std::optional<platform::FileLock> Outbox::try_lock(std::string& holder) const {
  const fs::path path = lock_file();
  auto lock = platform::FileLock::try_lock(path);
  if (lock) {
    lock->write_holder();
  } else {
    holder = platform::FileLock::holder(path);
  }
  return lock;
}

}  // namespace healthmetric::outbox
