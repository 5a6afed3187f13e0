#include "receiver/growth/storage_growth.hpp"

#include <string>

#include "common/base/format.hpp"
#include "tests/support/catch.hpp"

using namespace healthmetric;
using archive::RecordedBatch;
using archive::RecordedFile;
using growth::FolderSizes;
using growth::Repeats;
using growth::Shares;
using growth::StorageGrowth;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds kNow{seconds(1'704'067'200)};  // 2024-01-01

std::string digest(std::uint64_t number) {
  return fmt::format("{:016x}{:048x}", number * 0x9e3779b97f4a7c15ULL, number);
}

void store(StorageGrowth& growth, sys_seconds time, std::uint64_t bytes, std::uint64_t content,
           const std::string& producer = "ws") {
  RecordedBatch batch;
  batch.processed_at = time;
  batch.producer.id = producer;
  batch.batch_name = "daily";
  RecordedFile file;
  file.stored_path = fmt::format("daily/{}/x{}", text::format_timestamp(time), content);
  file.size_bytes = bytes;
  file.sha256 = digest(content);
  if (growth.takes(batch)) growth.add_file(batch, file);
  growth.add_summary("summaries/2024/x.json", batch);
}

}  // namespace

TEST_CASE("what is stored is counted by month, producer and batch name") {
  StorageGrowth growth(kNow);
  store(growth, kNow - days(40), 100, 1);
  store(growth, kNow - days(20), 30, 2, "ward");
  store(growth, kNow - days(10), 300, 3, "ward");
  store(growth, kNow + seconds(1), 9999, 4);
  CHECK(growth.batches() == 3);
  CHECK(growth.stored().bytes == 430);
  const auto months = growth.months();
  REQUIRE(months.size() == 2);
  CHECK(months[0].name == "2023-11");
  CHECK(months[1].stored.bytes == 330);
  CHECK(months[1].batches == 2);
  const auto producers = growth.producers();
  CHECK(producers[0].name == "ward");
  CHECK(producers[1].stored.files == 1);
  CHECK(growth.batch_names().size() == 1);
}

TEST_CASE("content that was stored before is a repeat of its producer") {
  StorageGrowth growth(kNow);
  for (int i = 0; i < 3; ++i) store(growth, kNow - days(i), 10, 1);
  store(growth, kNow, 10, 2, "ward");
  CHECK(growth.repeats().repeated().files == 2);
  CHECK(growth.repeats().repeated().bytes == 20);
  CHECK(growth.repeats().is_exact());
  CHECK(growth.producers()[0].repeated.bytes == 20);
  CHECK(growth.producers()[1].repeated.bytes == 0);
}

TEST_CASE("the pace is that of the last days, or of fewer where it began later") {
  StorageGrowth growth(kNow);
  CHECK(growth.pace(30).days == 0);
  store(growth, kNow - days(4), 500, 1);
  CHECK(growth.pace(30).days == 5);
  CHECK(growth.pace(30).bytes_a_day == 100);
  store(growth, kNow - days(60), 9000, 2);
  CHECK(growth.pace(30).days == 30);
  CHECK(growth.pace(30).bytes_a_day == 500.0 / 30);
  CHECK(growth.pace(90).days == 61);
  CHECK(growth.pace(90).bytes_a_day == 9500.0 / 61);
}

TEST_CASE("a size is passed when the pace says so") {
  CHECK(growth::passing(1000, 1000, 1, kNow).is_passed);
  CHECK(growth::passing(1000, 0, 100, kNow).time == kNow + days(10));
  CHECK_FALSE(growth::passing(1000, 0, 0, kNow).time);
  CHECK_FALSE(growth::passing(1'000'000'000, 0, 1, kNow).time);
}

TEST_CASE("repeats of more contents than are known are estimated") {
  Repeats repeats;
  constexpr std::uint64_t kContents = 4 * Repeats::kMaxDigests;
  for (int turn = 0; turn < 2; ++turn) {
    for (std::uint64_t i = 0; i < kContents; ++i) repeats.add(digest(i), 10);
  }
  CHECK_FALSE(repeats.is_exact());
  const auto share = static_cast<double>(repeats.repeated().bytes) / (10.0 * kContents);
  CHECK(share > 0.97);
  CHECK(share < 1.03);
}

TEST_CASE("a digest that is none is taken as it is") {
  Repeats repeats;
  CHECK_FALSE(repeats.add("", 1));
  CHECK(repeats.add("", 1));
  CHECK_FALSE(repeats.add("no digest at all", 1));
}

TEST_CASE("the widest folder counts its files and its folders") {
  FolderSizes folders;
  folders.add("a/b/1");
  folders.add("a/b/2");
  folders.add("a/c/1");
  folders.add("a/1");
  CHECK(folders.widest().path == "a/");
  CHECK(folders.widest().entries == 3);
  folders.add("x");
  folders.add("//");
  CHECK(folders.widest().entries == 3);
}

TEST_CASE("of many folders the small ones are forgotten, and the widest is not") {
  FolderSizes folders;
  for (int i = 0; i < 500; ++i) folders.add(fmt::format("wide/{}", i));
  for (std::size_t i = 0; i < FolderSizes::kMaxFolders + 10; ++i) {
    folders.add(fmt::format("{}/{}/file", i % 100, i));
  }
  CHECK_FALSE(folders.is_exact());
  for (int i = 500; i < 5000; ++i) folders.add(fmt::format("wide/{}", i));
  CHECK(folders.widest().path == "wide/");
  CHECK(folders.widest().entries == 5000);
}

TEST_CASE("there is an end to the names that are kept") {
  Shares shares;
  for (std::size_t i = 0; i < Shares::kMaxNames + 5; ++i) shares[std::to_string(i)].batches = 1;
  CHECK(shares.by_name().size() == Shares::kMaxNames + 1);
  CHECK(shares.by_name().back().name.empty());
}
