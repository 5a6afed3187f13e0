#include "sender/pack/pack.hpp"

#include <fstream>
#include <functional>
#include <map>
#include <random>

#include "common/payload/reader.hpp"
#include "common/platform/file.hpp"
#include "common/select/folder_scan.hpp"
#include "common/select/text_source.hpp"
#include "common/text/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/filters.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

namespace {

const select::ScanRules kAllTypes{
    select::Types::all, select::Hidden::skip, select::Subfolders::send, {}};

/// Puts the contents of entries and chunks together.
class Collector final : public payload::PayloadSink {
 public:
  void begin_content(const payload::RelativePath& path,
                     std::optional<std::uint64_t> /*size_bytes*/) override {
    current_ = &files[path.str()];
  }
  void content(std::string_view bytes) override { current_->append(bytes); }
  void end_entry(const payload::FileEntry& entry) override { entries.push_back(entry); }

  std::map<std::string, std::string> files;
  std::vector<payload::FileEntry> entries;

 private:
  std::string* current_ = nullptr;
};

struct Fixture {
  Fixture() {
    fs::create_directories(source);
    fs::create_directories(out);
    options.id = payload::BatchId::parse("20240115T103000Z-a-00000001").value();
  }

  pack::PackedBatch run() {
    const select::ScanResult scan = select::scan_folder(source, kAllTypes, {});
    return pack::pack(scan, out, options, progress);
  }

  /// Reads all parts back and checks what each says of its place.
  Collector read_back(const pack::PackedBatch& batch) {
    Collector collector;
    payload::Budget budget{payload::Limits{}};
    for (std::size_t i = 0; i < batch.parts.size(); ++i) {
      const fs::path file = out / batch.parts[i].name.str();
      CHECK(fs::file_size(file) == batch.parts[i].size_bytes);
      CHECK(fs::file_size(file) <= options.part_limit_bytes);
      platform::InputFile input(file);
      const payload::BatchMetadata metadata = payload::read_payload(input, budget, collector);
      CHECK(metadata.batch_id == options.id.str());
      CHECK(metadata.part.index == i + 1);
      CHECK(metadata.part.last == (i + 1 == batch.parts.size()));
      if (metadata.part.last) {
        CHECK(metadata.part.batch_files == batch.files);
        CHECK(metadata.part.batch_size_bytes == batch.size_bytes);
      }
    }
    return collector;
  }

  TempDir dir;
  fs::path source = dir.path() / "source";
  fs::path out = dir.path() / "out";
  pack::PackOptions options;
  model::Progress progress;
};

std::string noise(std::size_t size, unsigned seed) {
  std::minstd_rand random(seed);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random() >> 8U);
  return text;
}

}  // namespace

TEST_CASE("packed files are read back unchanged") {
  Fixture fixture;
  const auto encoding = GENERATE(payload::Encoding(), zstd_encoding());
  fixture.options.encoding = encoding;
  std::map<std::string, std::string> files = {{"empty.json", ""},
                                              {"a b.txt", "hello"},
                                              {"noise.png", noise(300'000, 1)},
                                              {"text.csv", std::string(500'000, 'x')}};
  for (const auto& [path, content] : files)
    platform::write_file_atomically(fixture.source / path, content);
  const pack::PackedBatch batch = fixture.run();
  CHECK(batch.parts.size() == 1);
  CHECK(batch.files == files.size());
  CHECK(batch.size_bytes == 800'005);
  CHECK(fixture.read_back(batch).files == files);
}

TEST_CASE("parts are split between files and none is over the limit") {
  Fixture fixture;
  fixture.options.part_limit_bytes = model::kMinPartBytes;
  std::map<std::string, std::string> files;
  for (int i = 0; i < 20; ++i) {
    files["f" + std::to_string(i)] = noise(10'000, static_cast<unsigned>(i));
  }
  for (const auto& [path, content] : files)
    platform::write_file_atomically(fixture.source / path, content);
  const pack::PackedBatch batch = fixture.run();
  CHECK(batch.parts.size() >= 5);
  const Collector collector = fixture.read_back(batch);
  CHECK(collector.files == files);
  for (const payload::FileEntry& entry : collector.entries) CHECK_FALSE(entry.chunk);
}

TEST_CASE("a file too large for a part is split into chunks that fit together") {
  Fixture fixture;
  fixture.options.part_limit_bytes = model::kMinPartBytes;
  const std::map<std::string, std::string> files = {
      {"a", "small"}, {"large", noise(200'000, 7)}, {"z", "end"}};
  for (const auto& [path, content] : files)
    platform::write_file_atomically(fixture.source / path, content);
  const pack::PackedBatch batch = fixture.run();
  CHECK(batch.files == 3);
  const Collector collector = fixture.read_back(batch);
  CHECK(collector.files == files);
  std::uint64_t index = 0;
  std::uint64_t offset = 0;
  for (const payload::FileEntry& entry : collector.entries) {
    if (entry.path.str() != "large") continue;
    REQUIRE(entry.chunk);
    CHECK(entry.chunk->index == ++index);
    CHECK(entry.chunk->offset_bytes == offset);
    offset += entry.size_bytes;
    if (entry.chunk->last) CHECK(entry.chunk->file_size_bytes == 200'000);
  }
  CHECK(offset == 200'000);
}

TEST_CASE("compression is kept where it saves a tenth") {
  Fixture fixture;
  fixture.options.encoding = zstd_encoding();
  platform::write_file_atomically(fixture.source / "noise", noise(100'000, 3));
  platform::write_file_atomically(fixture.source / "zeros", std::string(100'000, '0'));
  const pack::PackedBatch batch = fixture.run();
  const std::string text =
      platform::read_file(fixture.out / batch.parts.front().name.str(), 1 << 20);
  const text::Json files = text::parse_json(text, "payload")["files"];
  CHECK(files["noise"].contains("content"));
  CHECK(files["zeros"].contains("content_zstd"));
}

TEST_CASE("a file that vanished after the scan is an error and the others are sent") {
  Fixture fixture;
  platform::write_file_atomically(fixture.source / "a", "1");
  platform::write_file_atomically(fixture.source / "b", "2");
  const select::ScanResult scan = select::scan_folder(fixture.source, kAllTypes, {});
  fs::remove(fixture.source / "a");
  const pack::PackedBatch batch = pack::pack(scan, fixture.out, fixture.options, fixture.progress);
  CHECK(batch.files == 1);
  REQUIRE(batch.skipped.size() == 1);
  CHECK(batch.skipped.front().cause == select::SkipCause::by_error);
  CHECK(batch.skipped.front().file.path == "a");
  CHECK(fixture.read_back(batch).files == std::map<std::string, std::string>{{"b", "2"}});
}

TEST_CASE("a file that was missing while read ahead is sent if it is back") {
  // Brings the file back once something is packed; by then all of so small a batch was read ahead.
  class BringsBack final : public model::Progress {
   public:
    explicit BringsBack(fs::path file) : file_(std::move(file)) {}
    void at(std::uint64_t /*done*/, std::uint64_t /*total*/) override {
      if (!fs::exists(file_)) platform::write_file_atomically(file_, "back");
    }

   private:
    fs::path file_;
  };
  Fixture fixture;
  platform::write_file_atomically(fixture.source / "a", noise(600'000, 1));
  platform::write_file_atomically(fixture.source / "b", "here");
  const select::ScanResult scan = select::scan_folder(fixture.source, kAllTypes, {});
  fs::remove(fixture.source / "b");
  BringsBack progress(fixture.source / "b");
  const pack::PackedBatch batch = pack::pack(scan, fixture.out, fixture.options, progress);
  CHECK(batch.files == 2);
  CHECK(batch.skipped.empty());
  CHECK(fixture.read_back(batch).files.at("b") == "back");
}

TEST_CASE("a file that grew after the scan is sent as it is now") {
  Fixture fixture;
  platform::write_file_atomically(fixture.source / "a", "1");
  const select::ScanResult scan = select::scan_folder(fixture.source, kAllTypes, {});
  fs::remove(fixture.source / "a");
  platform::write_file_atomically(fixture.source / "a", "12345");
  const pack::PackedBatch batch = pack::pack(scan, fixture.out, fixture.options, fixture.progress);
  CHECK(batch.size_bytes == 5);
  CHECK(fixture.read_back(batch).files.at("a") == "12345");
}

namespace {

/// Changes a file whenever some of it was read.
class ChangesMeanwhile final : public model::Progress {
 public:
  explicit ChangesMeanwhile(std::function<void()> change) : change_(std::move(change)) {}
  void at(std::uint64_t /*done*/, std::uint64_t /*total*/) override { change_(); }

 private:
  std::function<void()> change_;
};

void append(const fs::path& file, std::string_view text) {
  std::ofstream(file, std::ios::app) << text;
}

}  // namespace

TEST_CASE("a file that only grows while it is read goes as it was when it was opened") {
  Fixture fixture;
  const std::string text = noise(GENERATE(10U, 300'000U), 1);
  platform::write_file_atomically(fixture.source / "a", text);
  const select::ScanResult scan = select::scan_folder(fixture.source, kAllTypes, {});
  ChangesMeanwhile progress([&] { append(fixture.source / "a", "more"); });
  const pack::PackedBatch batch = pack::pack(scan, fixture.out, fixture.options, progress);
  CHECK(batch.skipped.empty());
  CHECK(fixture.read_back(batch).files.at("a") == text);
}

TEST_CASE("a file that grows and changes while it is read is skipped as such") {
  Fixture fixture;
  platform::write_file_atomically(fixture.source / "a", "12345");
  const select::ScanResult scan = select::scan_folder(fixture.source, kAllTypes, {});
  std::string text = "12345";
  ChangesMeanwhile progress([&] {
    text = "x" + text;
    platform::write_file_atomically(fixture.source / "new", text);
    fs::copy_file(fixture.source / "new", fixture.source / "a",
                  fs::copy_options::overwrite_existing);
  });
  const pack::PackedBatch batch = pack::pack(scan, fixture.out, fixture.options, progress);
  REQUIRE(batch.skipped.size() == 1);
  CHECK(batch.skipped.front().file.reason ==
        "it grew while it was read, and what was there changed");
}

TEST_CASE("a file that grew past a limit after the scan is skipped as such") {
  Fixture fixture;
  platform::write_file_atomically(fixture.source / "a", "1");
  platform::write_file_atomically(fixture.source / "b", "1");
  const select::ScanResult scan = select::scan_folder(fixture.source, kAllTypes, {});
  append(fixture.source / "a", "2345");
  payload::Limits limits;
  const bool is_one_file = GENERATE(true, false);
  (is_one_file ? limits.max_file_bytes : limits.max_batch_bytes) = 4;
  fixture.options.limits = limits;
  const pack::PackedBatch batch = pack::pack(scan, fixture.out, fixture.options, fixture.progress);
  REQUIRE(batch.skipped.size() == 1);
  CHECK(batch.skipped.front().file.path == "a");
  CHECK(batch.skipped.front().cause == select::SkipCause::by_error);
  CHECK(batch.skipped.front().file.reason ==
        (is_one_file ? "it grew: larger than 4 B (--max-file-size)"
                     : "it grew: the batch would be larger than 4 B (--max-batch-size)"));
  CHECK(fixture.read_back(batch).files.at("b") == "1");
}

TEST_CASE("without files there are no parts") {
  Fixture fixture;
  const pack::PackedBatch batch = fixture.run();
  CHECK(batch.parts.empty());
  CHECK(batch.files == 0);
}

TEST_CASE("JSON text is packed as a file") {
  Fixture fixture;
  const pack::PackedBatch batch =
      pack::pack(select::scan_json("{\"a\": 1}"), fixture.out, fixture.options, fixture.progress);
  CHECK(fixture.read_back(batch).files.at("data.json") == "{\"a\": 1}");
}
