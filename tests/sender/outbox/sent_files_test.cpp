#include "sender/outbox/sent_files.hpp"

#include <sys/stat.h>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/file_time.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
using namespace std::chrono_literals;

namespace {

const payload::BatchId kFirst = payload::BatchId::parse("20240115T103000Z-a-00000001").value();
const payload::BatchId kSecond = payload::BatchId::parse("20240116T103000Z-a-00000002").value();
constexpr std::chrono::sys_seconds kDelivered =
    std::chrono::sys_days(std::chrono::year(2024) / 2 / 1);

struct Fixture {
  model::Target target{"https://api.example", "octo/data", "main", model::Trigger::dispatch};
  TempDir dir;
  FakeClock clock;
  outbox::SentFiles sent{dir.path() / "state", target};

  /// A folder as the outbox has it, with one file packed.
  std::filesystem::path batch(const std::string& location, char digest,
                              std::chrono::seconds age = 1h) {
    std::filesystem::path folder = dir.path() / ("batch" + std::to_string(++batches_));
    std::filesystem::create_directory(folder);
    pack::PackedFilesWriter writer(folder, clock);
    const std::size_t name = location.rfind('/') + 1;
    const std::string in = location.substr(0, name);
    const select::SourceFile file{payload::RelativePath(location.substr(name)), &in};
    writer.add({file, 5, file_time_at(clock.now() - age), std::string(64, digest)});
    writer.finish();
    return folder;
  }

 private:
  int batches_ = 0;
};

}  // namespace

TEST_CASE("a delivered file is known, to this repository and branch alone") {
  Fixture fixture;
  CHECK_FALSE(fixture.sent.find("/data/x"));
  fixture.sent.add_delivered(kFirst, fixture.batch("/data/x", 'a'), kDelivered);
  const auto found = fixture.sent.find("/data/x");
  REQUIRE(found);
  CHECK(found->size_bytes == 5);
  CHECK(found->sha256 == std::string(64, 'a'));
  CHECK(found->modified_ns);

  model::Target again = fixture.target;
  again.trigger = model::Trigger::push;
  CHECK(outbox::SentFiles(fixture.dir.path() / "state", again).find("/data/x"));
  CHECK(outbox::SentFiles::read_only(fixture.dir.path() / "state", again).find("/data/x"));
  model::Target other = fixture.target;
  other.branch = "side";
  CHECK_FALSE(outbox::SentFiles(fixture.dir.path() / "state", other).find("/data/x"));
}

TEST_CASE("the last delivery counts, and waiting batches count before it") {
  Fixture fixture;
  fixture.sent.add_delivered(kFirst, fixture.batch("/data/x", 'a'), kDelivered);
  fixture.sent.add_delivered(kSecond, fixture.batch("/data/x", 'b'), kDelivered);
  CHECK(fixture.sent.find("/data/x")->sha256.front() == 'b');
  fixture.sent.add_queued(fixture.batch("/data/x", 'c'));
  fixture.sent.add_queued(fixture.batch("/data/x", 'd'));
  CHECK(fixture.sent.find("/data/x")->sha256.front() == 'd');
  outbox::SentFiles later(fixture.dir.path() / "state", fixture.target);
  CHECK(later.find("/data/x")->sha256.front() == 'b');
}

TEST_CASE("a rejected batch's files count as unsent") {
  Fixture fixture;
  fixture.sent.add_delivered(kFirst, fixture.batch("/data/x", 'a'), kDelivered);
  fixture.sent.add_delivered(kSecond, fixture.batch("/data/y", 'b'), kDelivered);
  CHECK(fixture.sent.unconfirmed(10) ==
        std::vector<outbox::UnconfirmedBatch>{{kFirst, kDelivered}, {kSecond, kDelivered}});
  CHECK(fixture.sent.unconfirmed(1) == std::vector<outbox::UnconfirmedBatch>{{kFirst, kDelivered}});
  CHECK(fixture.sent.unconfirmed(1, kFirst.str()) ==
        std::vector<outbox::UnconfirmedBatch>{{kSecond, kDelivered}});
  CHECK(fixture.sent.unconfirmed(10, kFirst.str()) ==
        std::vector<outbox::UnconfirmedBatch>{{kSecond, kDelivered}, {kFirst, kDelivered}});
  fixture.sent.forget(kFirst);
  fixture.sent.confirm(kSecond);
  CHECK_FALSE(fixture.sent.find("/data/x"));
  CHECK(fixture.sent.find("/data/y"));
  CHECK(fixture.sent.unconfirmed(10).empty());
}

TEST_CASE("recording a delivery twice is the same as once") {
  Fixture fixture;
  const auto folder = fixture.batch("/data/x", 'a');
  fixture.sent.add_delivered(kFirst, folder, kDelivered);
  fixture.sent.add_delivered(kFirst, folder, kDelivered);
  CHECK(fixture.sent.unconfirmed(10).size() == 1);
}

TEST_CASE("a time that was too recent can be trusted later") {
  Fixture fixture;
  fixture.sent.add_delivered(kFirst, fixture.batch("/data/x", 'a', 1s), kDelivered);
  pack::PackedFileRecord record = fixture.sent.find("/data/x").value();
  CHECK_FALSE(record.modified_ns);
  record.modified_ns = 42;
  fixture.sent.update_time(record);
  CHECK(fixture.sent.find("/data/x")->modified_ns == 42);
}

TEST_CASE("a delivery that cannot be recorded whole is not recorded") {
  Fixture fixture;
  const auto folder = fixture.batch("/data/x", 'a');
  std::filesystem::resize_file(folder / "files", std::filesystem::file_size(folder / "files") - 1);
  CHECK(error_code_of([&] { fixture.sent.add_delivered(kFirst, folder, kDelivered); }) ==
        ErrorCode::io);
  CHECK(fixture.sent.unconfirmed(10).empty());
}

TEST_CASE("only the owner can read the record of sent files") {
  const Fixture fixture;
  struct stat info {};
  REQUIRE(::stat((fixture.dir.path() / "state/sent.db").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600);
}

TEST_CASE("a damaged database is named with what to do") {
  Fixture fixture;
  const auto state = fixture.dir.path() / "other";
  std::filesystem::create_directory(state);
  platform::write_file_atomically(state / "sent.db", std::string(5000, 'x'));
  const auto error = error_of([&] { outbox::SentFiles(state, fixture.target); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::io);
  CHECK(std::string(error->what()).find("sent.db") != std::string::npos);
  CHECK(std::string(error->what()).find("remove it") != std::string::npos);
}

TEST_CASE("looking up files creates no record") {
  const Fixture fixture;
  const auto state = fixture.dir.path() / "none";
  CHECK_FALSE(outbox::SentFiles::read_only(state, fixture.target).find("/data/x"));
  CHECK_FALSE(std::filesystem::exists(state));
}
