#include "receiver/unpack/inbox.hpp"

#include "common/archive/storage.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/file_time.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr const char* kPayload = R"({"batch_metadata": {}, "files": {}})";
const std::string kId = "20240115T103000Z-a-00000001";
/// Long after the batch was packed.
constexpr std::chrono::sys_seconds kArrived{std::chrono::seconds(1'805'314'600)};

struct Fixture {
  void put(const std::string& path, std::string_view text = kPayload) {
    fs::create_directories((dir.path() / path).parent_path());
    platform::write_file_atomically(dir.path() / path, text);
    arrive(path, kArrived);
  }
  void arrive(const std::string& path, std::chrono::sys_seconds time) {
    set_file_time(dir.path() / path, time);
  }
  unpack::Inbox scan(std::chrono::seconds age = 1h) {
    return unpack::scan_inbox(storage, {}, kArrived + age, std::chrono::days(7));
  }
  unpack::WaitingBatch only(std::chrono::seconds age = 1h) {
    unpack::Inbox inbox = scan(age);
    REQUIRE(inbox.batches.size() == 1);
    return std::move(inbox.batches.front());
  }

  TempDir dir;
  archive::Storage storage{dir.path(), archive::Storage::Lock::none};
};

using State = unpack::WaitingBatch::State;

}  // namespace

TEST_CASE("an empty storage has no payloads") {
  Fixture fixture;
  CHECK(fixture.scan().batches.empty());
}

TEST_CASE("payloads are only found in the inbox and the root") {
  Fixture fixture;
  fixture.put("inbox/" + kId + ".json");
  fixture.put("batch_data_20240115.json");
  fixture.put("a/data.json");
  fixture.put("inbox/sub/data.json");
  fixture.put("rejected/data.json");
  fixture.put("summaries/2024/01/x.json");
  const unpack::Inbox inbox = fixture.scan();
  REQUIRE(inbox.batches.size() == 2);
  CHECK(inbox.batches[0].payloads.front().path.str() == "inbox/" + kId + ".json");
  CHECK(inbox.batches[1].payloads.front().path.str() == "batch_data_20240115.json");
  CHECK(inbox.batches[0].id);
  CHECK_FALSE(inbox.batches[1].id);
}

TEST_CASE("in the root only what looks like a payload is one") {
  Fixture fixture;
  fixture.put("somebodys.json", R"({"a": 1})");
  fixture.put("broken.json", "{");
  fixture.put("a_processed_20240115.json");
  fixture.put("processing_summary_1.json");
  fixture.put("payload.txt");
  CHECK(fixture.scan().batches.empty());
}

TEST_CASE("in the inbox everything that ends in json counts") {
  Fixture fixture;
  fixture.put("inbox/anything.json", "{");
  fixture.put("inbox/.gitkeep", "");
  fixture.put("inbox/.hidden.json");
  fixture.put("inbox/readme.md");
  CHECK(fixture.only().payloads.front().path.str() == "inbox/anything.json");
}

TEST_CASE("parts of a batch are sorted") {
  Fixture fixture;
  fixture.put("inbox/" + kId + ".part-0002.json");
  fixture.put("inbox/" + kId + ".part-0003-last.json");
  fixture.put("inbox/" + kId + ".part-0001.json");
  const unpack::WaitingBatch batch = fixture.only();
  CHECK(batch.state == State::complete);
  REQUIRE(batch.payloads.size() == 3);
  CHECK(batch.payloads[0].path.str() == "inbox/" + kId + ".part-0001.json");
  CHECK(batch.payloads[2].path.str() == "inbox/" + kId + ".part-0003-last.json");
}

TEST_CASE("a batch with missing parts waits until the time is over") {
  Fixture fixture;
  fixture.put("inbox/" + kId + ".part-0001.json");
  SECTION("no end") {
    CHECK(fixture.only().reason.find("part 2") != std::string::npos);
  }
  SECTION("a gap") {
    fixture.put("inbox/" + kId + ".part-0003-last.json");
    CHECK(fixture.only().reason.find("part 2") != std::string::npos);
  }
  CHECK(fixture.only().state == State::incomplete);
  CHECK(fixture.only(168h).state == State::incomplete);
  CHECK(fixture.only(168h + 1s).state == State::unusable);
}

TEST_CASE("the waiting time of a batch counts from its last part") {
  Fixture fixture;
  fixture.put("inbox/" + kId + ".part-0001.json");
  fixture.put("inbox/" + kId + ".part-0002.json");
  fixture.arrive("inbox/" + kId + ".part-0002.json", kArrived + 100h);
  CHECK(fixture.only(268h).state == State::incomplete);
  const unpack::WaitingBatch late = fixture.only(268h + 1s);
  CHECK(late.state == State::unusable);
  CHECK(late.reason.find("still missing; the last part arrived at 2027-03-22T") !=
        std::string::npos);
}

TEST_CASE("parts that contradict each other are rejected") {
  Fixture fixture;
  fixture.put("inbox/" + kId + ".part-0001.json");
  SECTION("a part twice with other bytes") {
    fixture.put(kId + ".part-0001.json", std::string(kPayload) + " ");
  }
  SECTION("parts behind the last") {
    fixture.put("inbox/" + kId + ".part-0002-last.json");
    fixture.put("inbox/" + kId + ".part-0003-last.json");
  }
  SECTION("a part beside a whole") {
    fixture.put("inbox/" + kId + ".json");
  }
  CHECK(fixture.only().state == State::unusable);
}

TEST_CASE("a payload in the inbox and in the root counts once") {
  Fixture fixture;
  const std::string part = GENERATE(".part-0001.json", ".part-0002-last.json");
  fixture.put("inbox/" + kId + ".part-0001.json");
  fixture.put("inbox/" + kId + ".part-0002-last.json");
  fixture.put(kId + part);
  const unpack::WaitingBatch batch = fixture.only();
  CHECK(batch.state == State::complete);
  CHECK(batch.payloads.size() == 2);
  REQUIRE(batch.copies.size() == 1);
  CHECK(batch.copies.front().path.str() == kId + part);
  CHECK(unpack::all_files(batch).size() == 3);
}

TEST_CASE("batches come oldest first") {
  Fixture fixture;
  fixture.put("inbox/20240116T000000Z-a-00000001.json");
  fixture.put("inbox/20240115T000000Z-z-00000002.json");
  fixture.put("inbox/20240115T000000Z-b-00000003.json");
  const unpack::Inbox inbox = fixture.scan();
  REQUIRE(inbox.batches.size() == 3);
  CHECK(inbox.batches[0].id->slug == "b");
  CHECK(inbox.batches[1].id->slug == "z");
}

TEST_CASE("files with invalid names are not touched") {
  Fixture fixture;
  for (const char* name : {"a\\b.json", "a\nb.json", "\xff.json", ".trigger\n", ".trigger\xff"}) {
    fixture.put(name);
    fixture.put(std::string("inbox/") + name);
  }
  fixture.put("inbox/" + kId + ".json");
  CHECK(fixture.only().id);
  CHECK(fixture.scan().triggers.empty());
}

TEST_CASE("triggers are found in the root") {
  Fixture fixture;
  fixture.put(".trigger", "");
  fixture.put(".trigger_2024.json");
  fixture.put("inbox/.trigger", "");
  const unpack::Inbox inbox = fixture.scan();
  CHECK(inbox.batches.empty());
  REQUIRE(inbox.triggers.size() == 2);
}

TEST_CASE("a batch may be named like old output in the inbox") {
  Fixture fixture;
  fixture.put("inbox/20240115T103000Z-eeg_processed_jan-00000001.json");
  CHECK(fixture.only().id->slug == "eeg_processed_jan");
}

TEST_CASE("links and folders with names of payloads are ignored") {
  Fixture fixture;
  const TempDir elsewhere;
  platform::write_file_atomically(elsewhere.path() / "p.json", kPayload);
  fs::create_directories(fixture.dir.path() / "inbox/folder.json");
  fs::create_directories(fixture.dir.path() / "folder.json");
  fs::create_symlink(elsewhere.path() / "p.json", fixture.dir.path() / "inbox/link.json");
  fs::create_symlink(elsewhere.path() / "p.json", fixture.dir.path() / "link.json");
  CHECK(fixture.scan().batches.empty());
}

TEST_CASE("an inbox that is a link is not entered") {
  Fixture fixture;
  const TempDir elsewhere;
  platform::write_file_atomically(elsewhere.path() / (kId + ".json"), kPayload);
  fs::create_directory_symlink(elsewhere.path(), fixture.dir.path() / "inbox");
  CHECK(error_code_of([&] { fixture.scan(); }) == ErrorCode::unsafe_path);
}

TEST_CASE("parts of one batch may be in both folders") {
  Fixture fixture;
  fixture.put("inbox/" + kId + ".part-0002-last.json");
  fixture.put(kId + ".part-0001.json");
  const unpack::WaitingBatch batch = fixture.only();
  CHECK(batch.state == State::complete);
  CHECK(batch.payloads.front().path.str() == kId + ".part-0001.json");
}

TEST_CASE("parts of different batches do not mix") {
  Fixture fixture;
  fixture.put("inbox/20240115T103000Z-a-00000001.part-0001.json");
  fixture.put("inbox/20240115T103000Z-a-00000002.part-0002-last.json");
  const unpack::Inbox inbox = fixture.scan();
  REQUIRE(inbox.batches.size() == 2);
  CHECK(inbox.batches[0].state == State::incomplete);
  CHECK(inbox.batches[1].state == State::incomplete);
  CHECK(inbox.batches[1].reason.find("part 1") != std::string::npos);
}

TEST_CASE("a batch with a time in the future waits too") {
  Fixture fixture;
  fixture.put("inbox/" + kId + ".part-0001.json");
  CHECK(fixture.only(-1000h).state == State::incomplete);
}

TEST_CASE("the size of a payload is that of its file") {
  Fixture fixture;
  fixture.put("inbox/" + kId + ".json");
  CHECK(fixture.only().payloads.front().size_bytes == std::string_view(kPayload).size());
}

TEST_CASE("a batch of more than 9999 parts keeps their order") {
  Fixture fixture;
  fixture.put("inbox/" + kId + ".part-9999.json");
  fixture.put("inbox/" + kId + ".part-10000-last.json");
  const unpack::WaitingBatch batch = fixture.only();
  REQUIRE(batch.payloads.size() == 2);
  CHECK(batch.payloads[1].path.str().ends_with("part-10000-last.json"));
}
