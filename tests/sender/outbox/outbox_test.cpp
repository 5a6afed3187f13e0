#include "sender/outbox/outbox.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "common/text/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

namespace {

const model::Target kTarget{"https://api.example", "octo/data", "main", model::Trigger::push};

/// A moment later each time, as for batches that are queued one after the other.
platform::Clock::time_point next_moment() {
  static platform::Clock::time_point moment{std::chrono::days(19'000)};
  return moment += std::chrono::microseconds(1);
}

outbox::OutboxEntry entry_named(const std::string& id, const model::Target& target = kTarget) {
  outbox::OutboxEntry entry;
  entry.id = payload::BatchId::parse(id).value();
  entry.batch_name = "a name";
  entry.sender_host = "ws-12";
  entry.target = target;
  entry.files = 3;
  entry.size_bytes = 12;
  entry.parts = {{id + ".json", 4}};
  entry.queued_at = next_moment();
  return entry;
}

/// Puts a batch with one payload into the queue.
outbox::OutboxEntry queue(const outbox::Outbox& outbox, const std::string& id,
                          const model::Target& target = kTarget) {
  outbox::OutboxEntry entry = entry_named(id, target);
  outbox::Draft draft = outbox.begin();
  platform::write_file_atomically(draft.folder() / entry.parts.front().filename, "data");
  outbox.commit(std::move(draft), entry);
  return entry;
}

std::vector<std::string> waiting(const outbox::Outbox& outbox,
                                 const model::Target& target = kTarget) {
  std::vector<std::string> ids;
  for (const outbox::OutboxEntry& entry : outbox.waiting_for(target)) ids.push_back(entry.id.str());
  return ids;
}

mode_t mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}

constexpr const char* kOlder = "20240115T103000Z-a-00000001";
constexpr const char* kNewer = "20240116T103000Z-a-00000002";

}  // namespace

TEST_CASE("a batch in the outbox survives the process that queued it") {
  const TempDir dir;
  queue(outbox::Outbox(dir.path()), kOlder);
  const auto entries = outbox::Outbox(dir.path()).waiting_for(kTarget);
  REQUIRE(entries.size() == 1);
  const outbox::OutboxEntry& entry = entries.front();
  CHECK(entry.id.str() == kOlder);
  CHECK(entry.batch_name == "a name");
  CHECK(entry.sender_host == "ws-12");
  CHECK(entry.target == kTarget);
  CHECK(entry.files == 3);
  CHECK(entry.size_bytes == 12);
  REQUIRE(entry.parts.size() == 1);
  CHECK_FALSE(entry.parts.front().delivered);
  CHECK(platform::read_file(entry.folder / entry.parts.front().filename, 100) == "data");
}

TEST_CASE("only the owner can read the outbox") {
  const TempDir dir;
  const outbox::OutboxEntry entry = queue(outbox::Outbox(dir.path()), kOlder);
  CHECK(mode_of(entry.folder.parent_path()) == 0700);
  CHECK(mode_of(entry.folder) == 0700);
  for (const auto& file : fs::directory_iterator(entry.folder)) CHECK(mode_of(file) == 0600);
}

TEST_CASE("the oldest batch goes first and batches for other targets wait") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  queue(outbox, kOlder);
  queue(outbox, kNewer);
  model::Target other = kTarget;
  other.branch = "side";
  queue(outbox, "20240101T000000Z-a-00000003", other);
  CHECK(waiting(outbox) == std::vector<std::string>{kOlder, kNewer});
  CHECK(waiting(outbox, other).size() == 1);
}

TEST_CASE("a delivery stays recorded") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  outbox::OutboxEntry entry = queue(outbox, kOlder);
  entry.parts.front().delivered = true;
  outbox::Outbox::save(entry);
  CHECK(outbox.waiting_for(kTarget).front().parts.front().delivered);
  outbox.remove(entry.folder);
  CHECK(waiting(outbox).empty());
  CHECK_FALSE(fs::exists(entry.folder));
}

TEST_CASE("a refused batch is set aside with its reason") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  outbox::OutboxEntry entry = queue(outbox, kOlder);
  entry.last_error = "too bad";
  outbox.set_aside(entry);
  CHECK(waiting(outbox).empty());
  const fs::path aside = dir.path() / "outbox/refused" / kOlder;
  const auto refused = outbox.entries(outbox::Waiting::refused);
  REQUIRE(refused.size() == 1);
  CHECK(refused.front().last_error == "too bad");
  CHECK(fs::exists(aside / entry.parts.front().filename));
}

TEST_CASE("a refused batch can be taken back into the queue") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  const outbox::OutboxEntry entry = queue(outbox, kOlder);
  outbox.set_aside(entry);
  CHECK_FALSE(outbox.find(entry.id, outbox::Waiting::in_queue));
  outbox.take_back(outbox.find(entry.id, outbox::Waiting::refused).value());
  CHECK(waiting(outbox) == std::vector<std::string>{kOlder});
}

TEST_CASE("batches of the same second are delivered in the order they were queued") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  std::vector<std::string> ids;
  for (const char* unique : {"0000000c", "0000000a", "0000000b"}) {
    ids.push_back("20240115T103000Z-a-" + std::string(unique));
    queue(outbox, ids.back());
  }
  CHECK(waiting(outbox) == ids);
}

TEST_CASE("an entry of a version without queued_at is delivered, too") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  const outbox::OutboxEntry entry = queue(outbox, kOlder);
  text::Json json = text::parse_json(outbox::to_text(entry), "entry");
  json.erase("queued_at_us");
  json.erase("last_error");
  platform::write_file_atomically(entry.folder / "entry.json", text::to_text(json));
  const auto entries = outbox.waiting_for(kTarget);
  REQUIRE(entries.size() == 1);
  CHECK(entries.front().queued_at == entry.id.time);
}

TEST_CASE("the size of the outbox counts drafts and refused batches") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  const std::uint64_t empty = outbox.size_bytes();
  outbox.set_aside(queue(outbox, kOlder));
  const outbox::Draft draft = outbox.begin();
  platform::write_file_atomically(draft.folder() / "x", std::string(10'000, 'x'));
  CHECK(outbox.size_bytes() >= empty + 10'000);
}

TEST_CASE("an entry that cannot be read stays and does not stop the others") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  const outbox::OutboxEntry broken = queue(outbox, kOlder);
  queue(outbox, kNewer);
  const char* const text = GENERATE("", "{", "[]", "{}", R"({"target": 1})");
  fs::remove(broken.folder / "entry.json");
  platform::write_file_atomically(broken.folder / "entry.json", text);
  CHECK(waiting(outbox) == std::vector<std::string>{kNewer});
  CHECK(fs::exists(broken.folder / broken.parts.front().filename));
}

TEST_CASE("an entry cannot name files outside its folder") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  outbox::OutboxEntry entry = queue(outbox, kOlder);
  entry.parts.front().filename = "../../../etc/passwd";
  outbox::Outbox::save(entry);
  CHECK(waiting(outbox).empty());
}

TEST_CASE("a draft that was not committed is removed") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  fs::path folder;
  {
    const outbox::Draft draft = outbox.begin();
    folder = draft.folder();
    CHECK(fs::exists(folder));
  }
  CHECK_FALSE(fs::exists(folder));
}

TEST_CASE("drafts of dead processes are removed and those of live ones stay") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  const fs::path dead = dir.path() / "outbox/.draft-deadbeef";
  fs::create_directory(dead);
  platform::write_file_atomically(dead / "x", "half");
  const outbox::Draft living = outbox.begin();
  const outbox::Draft another = outbox.begin();
  CHECK_FALSE(fs::exists(dead));
  CHECK(fs::exists(living.folder()));
}

TEST_CASE("a draft's lock is beside it and is removed with it") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  const auto lock_of = [](const outbox::Draft& draft) { return draft.folder().string() + ".lock"; };
  std::string lock;
  {
    const outbox::Draft draft = outbox.begin();
    lock = lock_of(draft);
    CHECK(fs::is_regular_file(lock));
    CHECK(fs::is_empty(draft.folder()));
    CHECK_FALSE(platform::FileLock::try_lock_existing(lock));
  }
  CHECK_FALSE(fs::exists(lock));
  {
    outbox::Draft draft = outbox.begin();
    lock = lock_of(draft);
    draft.commit_as(dir.path() / "outbox" / kOlder);
  }
  CHECK_FALSE(fs::exists(lock));
  CHECK(fs::exists(dir.path() / "outbox" / kOlder));
}

TEST_CASE("a dead process's draft is removed with its lock, whenever it died") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  const fs::path draft = dir.path() / "outbox/.draft-deadbeef";
  const bool has_folder = GENERATE(true, false);
  platform::write_file_atomically(draft.string() + ".lock", "");
  if (has_folder) platform::create_private_directories(draft / "folder");
  (void)outbox.begin();
  CHECK_FALSE(fs::exists(draft));
  CHECK_FALSE(fs::exists(draft.string() + ".lock"));
}

TEST_CASE("a draft of version 0.1.0 that is being packed stays") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  const fs::path draft = dir.path() / "outbox/.draft-deadbeef";
  fs::create_directory(draft);
  {
    const auto held = platform::FileLock::try_lock_existing(draft);
    (void)outbox.begin();
    CHECK(fs::exists(draft));
  }
  (void)outbox.begin();
  CHECK_FALSE(fs::exists(draft));
}

TEST_CASE("only one process delivers, and its lock ends with it") {
  const TempDir dir;
  const outbox::Outbox outbox(dir.path());
  std::string holder;
  {
    const auto lock = outbox.try_lock(holder);
    REQUIRE(lock);
    CHECK_FALSE(outbox::Outbox(dir.path()).try_lock(holder));
    CHECK(holder == std::to_string(::getpid()));
  }
  CHECK(outbox.try_lock(holder));
}

TEST_CASE("a file in place of the outbox is an i/o error") {
  const TempDir dir;
  platform::write_file_atomically(dir.path() / "outbox", "");
  CHECK(error_code_of([&] { outbox::Outbox{dir.path()}; }) == ErrorCode::io);
}
