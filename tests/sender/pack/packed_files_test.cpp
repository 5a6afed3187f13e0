#include "sender/pack/packed_files.hpp"

#include <filesystem>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/file_time.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

std::vector<pack::PackedFileRecord> records_in(const fs::path& folder) {
  std::vector<pack::PackedFileRecord> records;
  pack::for_each_packed_file(
      folder, [&](const pack::PackedFileRecord& record) { records.push_back(record); });
  return records;
}

const std::string kDigest(64, 'a');

}  // namespace

TEST_CASE("a packed payload is read back as it was written") {
  const TempDir dir;
  FakeClock clock;
  const std::string folder = (dir.path() / "o\n\xff").string() + "/";
  fs::create_directory(folder);
  const select::SourceFile odd{payload::RelativePath("a b"), &folder};
  const select::SourceFile text{payload::RelativePath("data.json")};
  {
    pack::PackedFilesWriter writer(dir.path(), clock);
    writer.add({odd, 7, file_time_at(clock.now() - 1h), kDigest});
    writer.add({odd, 8, file_time_at(clock.now() - 2s), kDigest});
    writer.add({text, 9, std::nullopt, kDigest});
    writer.finish();
  }
  const auto records = records_in(dir.path());
  REQUIRE(records.size() == 2);
  CHECK(records[0].location == fs::canonical(dir.path()).string() + "/o\n\xff/a b");
  CHECK(records[0].size_bytes == 7);
  CHECK(records[0].modified_ns ==
        std::chrono::nanoseconds((clock.now() - 1h).time_since_epoch()).count());
  CHECK(records[0].sha256 == kDigest);
  CHECK_FALSE(records[1].modified_ns);
}

TEST_CASE("many records can be read with a small buffer") {
  const TempDir dir;
  FakeClock clock;
  {
    pack::PackedFilesWriter writer(dir.path(), clock);
    const std::string folder = "/nowhere/";
    for (int i = 0; i < 5000; ++i) {
      const select::SourceFile file{payload::RelativePath(std::to_string(i)), &folder};
      writer.add({file, 1, file_time_at(clock.now() - 1h), kDigest});
    }
    writer.finish();
  }
  const auto records = records_in(dir.path());
  REQUIRE(records.size() == 5000);
  CHECK(records.back().location == "/nowhere/4999");
}

TEST_CASE("a list that is missing is empty and a damaged one is named") {
  const TempDir dir;
  CHECK(records_in(dir.path()).empty());
  const std::string text =
      GENERATE(as<std::string>{}, "x", std::string("\0", 1), std::string("1 - abc /x\0", 11),
               "1 - " + kDigest + " /x", std::string(40'000, 'x'),
               std::string("-1 - ") + kDigest + " /x" + std::string(1, '\0'));
  platform::write_file_atomically(dir.path() / "files", text);
  CAPTURE(text);
  const auto error = error_of([&] { records_in(dir.path()); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::io);
  CHECK(std::string(error->what()).find("files") != std::string::npos);
}

TEST_CASE("a modification time is trusted once it is older than two seconds") {
  FakeClock clock;
  const auto trusts = [&](std::chrono::nanoseconds distance) {
    const auto time = std::chrono::sys_time<std::chrono::nanoseconds>(clock.now()) + distance;
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    return pack::trusted_time({second, time - second}, clock.now()).has_value();
  };
  CHECK(trusts(-3s));
  CHECK_FALSE(trusts(-2s));
  CHECK_FALSE(trusts(1h));
  CHECK_FALSE(
      pack::trusted_time({std::chrono::sys_days(std::chrono::year(2300) / 1 / 1)}, clock.now()));
  CHECK_FALSE(
      pack::trusted_time({std::chrono::sys_days(std::chrono::year(1600) / 1 / 1)}, clock.now()));
}

TEST_CASE("a file has one stored name, through whichever folder it is reached") {
  const TempDir dir;
  fs::create_directories(dir.path() / "real/sub");
  fs::create_symlink("real", dir.path() / "link");
  const std::string expected = (fs::canonical(dir.path()) / "real/sub/x").string();
  pack::Locations locations;
  CHECK(locations.absolute((dir.path() / "real/sub/x").string()) == expected);
  CHECK(locations.absolute((dir.path() / "link/sub/x").string()) == expected);
  CHECK(locations.absolute((dir.path() / "real/../link/sub/./x").string()) == expected);
  CHECK(locations.absolute("x") == (fs::current_path() / "x").string());
}
