#include "sender/deliver/changed_files.hpp"

#include "common/codec/digest.hpp"
#include "sender/forge/github_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

const payload::BatchId kBatch = payload::BatchId::parse("20240115T103000Z-a-00000001").value();

/// A folder with one file, which was sent as it is; the clock is an hour ahead of its time.
struct Fixture {
  Fixture() {
    write("pulse 61");
    send();
  }

  void write(const std::string& text) {
    fs::remove(file);
    platform::write_file_atomically(file, text);
  }

  /// As if it was packed just now, and delivered.
  void send(std::chrono::sys_seconds delivered_at = kBatch.time) {
    const fs::path folder = dir.path() / "packed";
    fs::remove_all(folder);
    fs::create_directory(folder);
    pack::PackedFilesWriter writer(folder, clock);
    platform::InputFile input(file);
    const platform::FileState state = input.state();
    writer.add({source, state.size_bytes, state.modified, codec::sha256_of(input)});
    writer.finish();
    sent.add_delivered(kBatch, folder, delivered_at);
  }

  std::uint64_t unchanged() {
    select::ScanResult scan;
    scan.files.add(source.path, source_folder);
    const std::uint64_t count = deliver::skip_unchanged(scan, sent, clock);
    CHECK(scan.files.size() == 1 - count);
    return count;
  }

  TempDir dir;
  fs::path file = dir.path() / "x.csv";
  std::string source_folder = dir.path().string() + "/";
  select::SourceFile source{payload::RelativePath("x.csv"), &source_folder};
  FakeClock clock{std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + 1h};
  model::Target target{"https://api.example", "octo/data", "", model::Trigger::dispatch};
  outbox::Outbox outbox{dir.path() / "state"};
  outbox::SentFiles sent{dir.path() / "state", target};
  FakeTransport transport;
  model::Progress progress;
  forge::GithubClient client{{transport, clock, progress},
                             {"https://api.example", "t", {"octo", "data"}, ""}};
};

}  // namespace

TEST_CASE("a file of the size and time it was sent with is skipped without being read") {
  Fixture fixture;
  const auto time = fs::last_write_time(fixture.file);
  fixture.write("pulse 62");
  fs::last_write_time(fixture.file, time);
  CHECK(fixture.unchanged() == 1);
}

TEST_CASE("changed files are sent again") {
  Fixture fixture;
  SECTION("of another size") {
    fixture.write("pulse 612");
    CHECK(fixture.unchanged() == 0);
  }
  SECTION("of the same size at another time") {
    fixture.write("pulse 62");
    CHECK(fixture.unchanged() == 0);
  }
  SECTION("of the same size and time, where the time was too young to prove anything") {
    const auto time = fs::last_write_time(fixture.file);
    FakeClock young{std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now())};
    fixture.clock = young;
    fixture.send();
    fixture.write("pulse 62");
    fs::last_write_time(fixture.file, time);
    fixture.clock.sleep_for(1h);
    CHECK(fixture.unchanged() == 0);
  }
}

TEST_CASE("a file with the same bytes and another time is skipped, and the time is recorded") {
  Fixture fixture;
  fs::last_write_time(fixture.file, fs::last_write_time(fixture.file) - 24h);
  CHECK(fixture.unchanged() == 1);
  fixture.write("pulse 62");  // without reading, nobody could tell
  fs::last_write_time(fixture.file, fs::last_write_time(fixture.file) - 48h);
  CHECK(fixture.unchanged() == 0);
}

TEST_CASE("a missing file or a folder is left in the list for packing to report") {
  Fixture fixture;
  fs::remove(fixture.file);
  SECTION("gone") {
    CHECK(fixture.unchanged() == 0);
  }
  SECTION("a folder") {
    fs::create_directory(fixture.file);
    CHECK(fixture.unchanged() == 0);
  }
}

TEST_CASE("a rejected batch counts as unsent and a stored one is not checked again") {
  Fixture fixture;
  SECTION("rejected") {
    fixture.transport.answer(200, R"({"status":"rejected","reason":"x","payloads":[]})");
    deliver::refresh_receipts(fixture.sent, fixture.outbox, fixture.dir.path(), fixture.client,
                              fixture.target, fixture.clock);
    CHECK(fixture.unchanged() == 0);
  }
  SECTION("stored") {
    fixture.transport.answer(200, R"({"status":"stored","reason":null,"payloads":[]})");
    deliver::refresh_receipts(fixture.sent, fixture.outbox, fixture.dir.path(), fixture.client,
                              fixture.target, fixture.clock);
    CHECK(fixture.unchanged() == 1);
  }
  SECTION("given up after a month") {
    fixture.clock = FakeClock(kBatch.time + 24h * 40);
    fixture.transport.answer(404);
    fixture.transport.answer(404);
    deliver::refresh_receipts(fixture.sent, fixture.outbox, fixture.dir.path(), fixture.client,
                              fixture.target, fixture.clock);
    fixture.transport.sent.pop_back();  // the second of the two places
  }
  SECTION("given up after a month, as what lies there is no receipt") {
    fixture.clock = FakeClock(kBatch.time + 24h * 40);
    fixture.transport.answer(200, "{}");
    deliver::refresh_receipts(fixture.sent, fixture.outbox, fixture.dir.path(), fixture.client,
                              fixture.target, fixture.clock);
  }
  deliver::refresh_receipts(fixture.sent, fixture.outbox, fixture.dir.path(), fixture.client,
                            fixture.target, fixture.clock);
  CHECK(fixture.transport.sent.size() == 1);
}

TEST_CASE("what is no receipt of one batch does not hide the rejection of another") {
  Fixture fixture;
  const auto other = payload::BatchId::parse("20240116T103000Z-b-00000002").value();
  fixture.clock = FakeClock(kBatch.time + 48h);
  fixture.sent.add_delivered(other, fixture.dir.path() / "packed", other.time);
  fixture.transport.answer(200, R"({"status":"perhaps"})");
  fixture.transport.answer(200, R"({"status":"rejected","reason":"x","payloads":[]})");
  deliver::refresh_receipts(fixture.sent, fixture.outbox, fixture.dir.path(), fixture.client,
                            fixture.target, fixture.clock);
  REQUIRE(fixture.sent.unconfirmed(10).size() == 1);
  CHECK(fixture.sent.unconfirmed(10).front().id == kBatch);
}

TEST_CASE("a check that fails is repeated by the next run") {
  Fixture fixture;
  fixture.clock = FakeClock(kBatch.time + 1h);
  SECTION("no receipt yet") {
    fixture.transport.answer(404);
    fixture.transport.answer(404);
  }
  SECTION("no network") {
    fixture.transport.fail();
  }
  SECTION("what is no receipt") {
    fixture.transport.answer(200, "<html>log in</html>");
  }
  SECTION("a rejection of the parts that came first") {
    fixture.transport.answer(200, R"({"status":"rejected","reason":"late","payloads":[{"path":)"
                                  R"("inbox/20240115T103000Z-a-00000001.part-0001.json"}]})");
  }
  SECTION("nor is it given up for having waited in the outbox for a month") {
    fixture.clock = FakeClock(kBatch.time + 24h * 40);
    fixture.send(kBatch.time + 24h * 39);
    fixture.transport.answer(404);
    fixture.transport.answer(404);
  }
  deliver::refresh_receipts(fixture.sent, fixture.outbox, fixture.dir.path(), fixture.client,
                            fixture.target, fixture.clock);
  REQUIRE(fixture.sent.unconfirmed(10).size() == 1);
  CHECK(fixture.sent.unconfirmed(10).front().id == kBatch);
}
