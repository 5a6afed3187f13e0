#include "sender/outbox.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "common/error.hpp"
#include "common/json.hpp"
#include "common/log.hpp"
#include "common/printable.hpp"

namespace healthmetric {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kEntryVersion = 1;
constexpr std::uint64_t kMaxEntryBytes = std::uint64_t{4} * 1024 * 1024;
constexpr const char* kEntryFile = "entry.json";
constexpr const char* kLockFile = "lock";
constexpr const char* kDraftPrefix = ".draft-";

std::string entry_text(const OutboxEntry& entry) {
  Json json;
  json["version"] = kEntryVersion;
  json["batch_id"] = entry.id.str();
  json["batch_name"] = entry.batch_name;
  json["sender_host"] = entry.sender_host;
  json["target"] = {{"api_url", entry.target.api_url},
                    {"repository", entry.target.repository},
                    {"branch", entry.target.branch},
                    {"trigger", to_text(entry.target.trigger)}};
  json["files"] = entry.files;
  json["size"] = entry.size_bytes;
  json["parts"] = Json::array();
  for (const OutboxPart& part : entry.parts) {
    json["parts"].push_back(
        {{"file", part.filename}, {"size", part.size_bytes}, {"delivered", part.delivered}});
  }
  return to_pretty_text(json);
}

/// Reads what entry_text() wrote. Throws Json::exception or Error for anything else.
OutboxEntry parse_entry(const fs::path& folder) {
  const Json json = parse_json(read_file(folder / kEntryFile, kMaxEntryBytes), kEntryFile);
  const auto id = BatchId::parse(json.at("batch_id").get<std::string>());
  const auto trigger = parse_trigger(json.at("target").at("trigger").get<std::string>());
  if (json.at("version") != kEntryVersion || !id || !trigger) {
    throw Error(ErrorCode::bad_payload, "it is of another version of this program");
  }
  OutboxEntry entry{*id,
                    json.at("batch_name").get<std::string>(),
                    json.at("sender_host").get<std::string>(),
                    {json.at("target").at("api_url").get<std::string>(),
                     json.at("target").at("repository").get<std::string>(),
                     json.at("target").at("branch").get<std::string>(), *trigger},
                    json.at("files").get<std::uint64_t>(),
                    json.at("size").get<std::uint64_t>(),
                    {},
                    folder};
  for (const Json& part : json.at("parts")) {
    const auto filename = part.at("file").get<std::string>();
    if (!PayloadName::parse(filename))
      throw Error(ErrorCode::bad_payload, "a part has no proper name");
    entry.parts.push_back(
        {filename, part.at("size").get<std::uint64_t>(), part.at("delivered").get<bool>()});
  }
  return entry;
}

std::optional<OutboxEntry> read_entry(const fs::path& folder) {
  std::string reason;
  try {
    return parse_entry(folder);
  } catch (const Error& error) {
    reason = error.what();
  } catch (const Json::exception& error) {
    reason = error.what();
  }
  log::warning("left in the outbox, cannot be read: " + in_quotes(folder.string()) + ": " + reason);
  return {};
}

UniqueFd open_folder(const fs::path& folder) {
  return UniqueFd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

bool lock_without_waiting(const UniqueFd& fd) {
  return ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
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

/// A draft nobody holds a lock on is what a process left behind that died while packing.
void remove_dead_drafts(const fs::path& parent) {
  for (const fs::path& folder : folders_in(parent, kDraftPrefix)) {
    const UniqueFd fd = open_folder(folder);
    std::error_code ignored;
    if (fd && lock_without_waiting(fd)) fs::remove_all(folder, ignored);
  }
}

void move_folder(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    throw_system_error("cannot move " + in_quotes(from.string()) + " to " + in_quotes(to.string()),
                       errno);
  }
  sync_directory(to.parent_path());
}

}  // namespace

Draft::Draft(fs::path folder, UniqueFd lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}

Draft::~Draft() {
  std::error_code ignored;
  if (lock_ && !folder_.empty()) fs::remove_all(folder_, ignored);
}

void Draft::commit_as(const fs::path& target) {
  sync_directory(folder_);
  move_folder(folder_, target);
  folder_.clear();
}

Draft make_draft(const fs::path& parent) {
  create_private_directories(parent);
  remove_dead_drafts(parent);
  while (true) {
    const fs::path folder = parent / (kDraftPrefix + random_hex(8));
    if (::mkdir(folder.c_str(), 0700) != 0) {
      throw_system_error("cannot create " + in_quotes(folder.string()), errno);
    }
    UniqueFd fd = open_folder(folder);
    // Another process may take the new folder for a dead one in the moment before it is locked.
    std::error_code ignored;
    if (fd && lock_without_waiting(fd) && fs::exists(folder, ignored)) {
      return {folder, std::move(fd)};
    }
  }
}

Outbox::Outbox(const fs::path& state_dir) : folder_(state_dir / "outbox") {
  create_private_directories(folder_ / "refused");
}

Draft Outbox::begin() const {
  return make_draft(folder_);
}

void Outbox::commit(Draft draft, OutboxEntry& entry) const {
  write_file_atomically(draft.folder() / kEntryFile, entry_text(entry));
  entry.folder = folder_ / entry.id.str();
  draft.commit_as(entry.folder);
}

std::vector<OutboxEntry> Outbox::waiting_for(const Target& target) const {
  std::vector<OutboxEntry> entries;
  for (const fs::path& folder : folders_in(folder_, "")) {
    if (!BatchId::parse(folder.filename().string())) continue;
    auto entry = read_entry(folder);
    if (entry && entry->target == target) entries.push_back(std::move(*entry));
  }
  return entries;
}

void Outbox::save(const OutboxEntry& entry) {
  write_file_atomically(entry.folder / kEntryFile, entry_text(entry));
}

void Outbox::remove(const OutboxEntry& entry) {
  // As a draft nobody holds: what a crash leaves of it is removed by the next run, never delivered.
  const fs::path leaving = entry.folder.parent_path() / (kDraftPrefix + random_hex(8));
  move_folder(entry.folder, leaving);
  std::error_code ignored;
  fs::remove_all(leaving, ignored);
}

void Outbox::set_aside(const OutboxEntry& entry, const std::string& reason) const {
  write_file_atomically(entry.folder / "refused.txt", reason + "\n");
  move_folder(entry.folder, folder_ / "refused" / entry.id.str());
}

std::optional<UniqueFd> Outbox::try_lock(std::string& holder) const {
  const fs::path path = folder_ / kLockFile;
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) throw_system_error("cannot open " + in_quotes(path.string()), errno);
  std::string text(32, '\0');
  if (!lock_without_waiting(fd)) {
    if (errno != EWOULDBLOCK) throw_system_error("cannot lock " + in_quotes(path.string()), errno);
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

}  // namespace healthmetric
