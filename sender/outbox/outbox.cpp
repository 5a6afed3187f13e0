#include "sender/outbox/outbox.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <variant>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/own_file.hpp"

namespace healthmetric::outbox {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxEntryBytes = std::uint64_t{4} * 1024 * 1024;
constexpr const char* kEntryFile = "entry.json";
constexpr const char* kLockFile = "lock";
constexpr const char* kDraftPrefix = ".draft-";
constexpr const char* kRefusedFolder = "refused";

std::variant<OutboxEntry, UnreadableEntry> read_entry(const fs::path& folder) {
  try {
    return parse_outbox_entry(platform::read_file(folder / kEntryFile, kMaxEntryBytes), folder);
  } catch (const Error& error) {
    return UnreadableEntry{folder, error.what()};
  }
}

platform::UniqueFd open_folder(const fs::path& folder) {
  return platform::UniqueFd(platform::uninterrupted(
      [&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
}

bool lock_without_waiting(const platform::UniqueFd& fd) {
  return platform::uninterrupted([&] { return ::flock(fd.get(), LOCK_EX | LOCK_NB); }) == 0;
}

/// What is wrong is the file system's, most often a share's that has no locks.
[[noreturn]] void throw_cannot_lock(const fs::path& path, int error_number) {
  const std::string where = in_quotes(path.parent_path().string());
  const bool has_no_locks = error_number == ENOLCK || platform::is_unsupported(error_number);
  throw Error(ErrorCode::io,
              "cannot lock " + in_quotes(path.string()) + ": " +
                  std::generic_category().message(error_number) +
                  (has_no_locks ? "; " + where + " must be on a file system that has locks" : ""));
}

/// The folders in `parent` whose names begin with `prefix`, sorted.
std::vector<fs::path> folders_in(const fs::path& parent, const std::string& prefix) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(parent, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with(prefix) && it->is_directory(error)) folders.push_back(it->path());
  }
  if (error) throw_system_error("cannot list " + in_quotes(parent.string()), error.value());
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::vector<fs::path> batch_folders_in(const fs::path& parent) {
  std::vector<fs::path> folders = folders_in(parent, "");
  std::erase_if(folders, [](const fs::path& folder) {
    return !payload::BatchId::parse(folder.filename().string());
  });
  return folders;
}

/// A draft nobody holds a lock on is what a process left behind that died while packing.
void remove_dead_drafts(const fs::path& parent) {
  for (const fs::path& folder : folders_in(parent, kDraftPrefix)) {
    const platform::UniqueFd fd = open_folder(folder);
    std::error_code ignored;
    if (fd && lock_without_waiting(fd)) fs::remove_all(folder, ignored);
  }
}

void move_folder(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    throw_system_error("cannot move " + in_quotes(from.string()) + " to " + in_quotes(to.string()),
                       errno);
  }
  platform::sync_directory(to.parent_path());
}

/// Makes an empty folder for a draft and locks it. Nothing when another process took it for a dead
/// one, in the moment before it was locked, and removes it.
std::optional<Draft> try_to_make_draft(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0) {
    throw_system_error("cannot create " + in_quotes(folder.string()), errno);
  }
  platform::UniqueFd fd = open_folder(folder);
  if (fd && lock_without_waiting(fd)) {
    struct stat info {};
    if (::lstat(folder.c_str(), &info) == 0) return Draft(folder, std::move(fd));
  }
  const int error = errno;
  ::rmdir(folder.c_str());
  if (!fd && error != ENOENT) {
    throw_system_error("cannot open " + in_quotes(folder.string()), error);
  }
  if (error != ENOENT && error != EWOULDBLOCK) throw_cannot_lock(folder, error);
  return {};
}

}  // namespace

Draft::Draft(fs::path folder, platform::UniqueFd lock)
    : folder_(std::move(folder)), lock_(std::move(lock)) {}

Draft::~Draft() {
  std::error_code ignored;
  if (lock_ && !folder_.empty()) fs::remove_all(folder_, ignored);
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
  for (const char* name : {"", "outbox", "outbox/refused", "outbox/lock", "sent.db"}) {
    const fs::path place = *name == '\0' ? state_dir : state_dir / name;
    struct stat status = {};
    if (::stat(place.c_str(), &status) != 0 || status.st_uid == ::geteuid() ||
        ::faccessat(AT_FDCWD, place.c_str(), W_OK, AT_EACCESS) == 0 || errno != EACCES) {
      continue;
    }
    throw Error(ErrorCode::io,
                fmt::format("cannot write {}: it belongs to {}; 'sudo chown -R {} {}' makes it "
                            "yours, or use another --state-dir",
                            in_quotes(place.string()), status.st_uid == 0 ? "root" : "another user",
                            ::geteuid(), printable(state_dir.string())));
  }
}

}  // namespace

Outbox::Outbox(const fs::path& state_dir) : folder_(state_dir / "outbox") {
  check_owner(state_dir);
  platform::create_private_directories(folder_ / kRefusedFolder);
}

Draft Outbox::begin() const {
  return make_draft(folder_);
}

fs::path Outbox::place(Waiting where) const {
  return where == Waiting::refused ? folder_ / kRefusedFolder : folder_;
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
  for (const fs::path& folder : batch_folders_in(folder_)) {
    auto read = read_entry(folder);
    if (auto* entry = std::get_if<UnreadableEntry>(&read)) found.push_back(std::move(*entry));
  }
  return found;
}

std::vector<OutboxEntry> Outbox::waiting_for(const Target& target) const {
  std::vector<OutboxEntry> found = entries(Waiting::in_queue);
  std::erase_if(found, [&](const OutboxEntry& entry) { return !(entry.target == target); });
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

void Outbox::take_back(const fs::path& folder) const {
  move_folder(folder, folder_ / folder.filename());
}

std::optional<platform::UniqueFd> Outbox::try_lock(std::string& holder) const {
  const fs::path path = folder_ / kLockFile;
  platform::UniqueFd fd = platform::open_own_file(path);
  std::string text(32, '\0');
  if (!lock_without_waiting(fd)) {
    if (errno != EWOULDBLOCK) throw_cannot_lock(path, errno);
    const ssize_t count = ::pread(fd.get(), text.data(), text.size(), 0);
    holder = count > 0 ? text.substr(0, text.find_first_not_of("0123456789")) : "";
    return {};
  }
  text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd.get(), 0) != 0 ||
      ::pwrite(fd.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    throw_system_error("cannot write " + in_quotes(path.string()), errno);
  }
  return fd;
}

}  // namespace healthmetric::outbox
