#include "common/archive/summary_walk.hpp"

#include <filesystem>
#include <vector>

#include "common/archive/layout.hpp"
#include "common/archive/storage.hpp"
#include "common/archive/summary_writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;

namespace {

using Strings = std::vector<std::string>;

class Notes : public archive::SummaryVisitor {
 public:
  void on_file(const std::string& /*path*/, const archive::RecordedBatch& batch,
               const archive::RecordedFile& file) override {
    files.push_back(batch.batch_id + " " + file.path);
    if (file.path == fails_at) throw Error(ErrorCode::io, "the disk is full");
  }
  void on_summary(const std::string& /*path*/, const archive::RecordedBatch& batch) override {
    batches.push_back(batch.batch_id);
    listed_bytes += batch.listed_size_bytes;
  }
  void on_bad_summary(const std::string& path, const Error& why) override {
    bad.push_back(path);
    reasons.emplace_back(why.what());
  }
  void on_other(const std::string& path, archive::StorageReader::Entry entry) override {
    others.push_back((entry == archive::StorageReader::Entry::file ? "" : "!") + path);
  }

  std::string fails_at;
  Strings files, batches, bad, reasons, others;
  std::uint64_t listed_bytes = 0;
};

struct Fixture {
  void put(const std::string& path, std::string_view text) {
    storage.write_durably(payload::RelativePath(path), text);
  }
  void record(std::string_view id, const Strings& paths) {
    archive::Summary summary;
    summary.id = payload::BatchId::parse(id).value();
    archive::write_summary(storage, summary, [&](const auto& use) {
      for (const std::string& path : paths) use({path, path, 7, "", "", ""});
    });
  }
  [[nodiscard]] Notes walk() const {
    Notes notes;
    archive::StorageReader reader(dir.path());
    archive::walk_summaries(reader, notes);
    return notes;
  }

  TempDir dir;
  archive::Storage storage{dir.path(), archive::Storage::Lock::none};
};

}  // namespace

TEST_CASE("summaries are read in the order of their batches") {
  Fixture fixture;
  fixture.record("20240201T000000Z-a-00000001", {"x", "y"});
  fixture.record("20231231T000000Z-b-00000002", {"z"});
  fixture.record("20240115T000000Z-c-00000003", {});
  const Notes notes = fixture.walk();
  CHECK(notes.batches == Strings{"20231231T000000Z-b-00000002", "20240115T000000Z-c-00000003",
                                 "20240201T000000Z-a-00000001"});
  CHECK(notes.files == Strings{"20231231T000000Z-b-00000002 z", "20240201T000000Z-a-00000001 x",
                               "20240201T000000Z-a-00000001 y"});
  CHECK(notes.listed_bytes == 21);
}

TEST_CASE("a bad summary is reported once and the walk continues") {
  Fixture fixture;
  fixture.record("20240115T000000Z-c-00000003", {"x"});
  const Strings names{"a.json", "b.json", "c.json", "d.json"};
  fixture.put("summaries/2024/01/a.json", "");
  fixture.put("summaries/2024/01/b.json", std::string(100'000, '['));
  fixture.put("summaries/2024/01/c.json", R"({"status": "stored", "files": [{"path": "p"}, 1]})");
  fixture.put("summaries/2024/01/d.json", R"({"status": "stored", "files": []} x)");
  const Notes notes = fixture.walk();
  REQUIRE(notes.bad.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(notes.bad[i] == "summaries/2024/01/" + names[i]);
    CHECK(notes.reasons[i].find(names[i]) == std::string::npos);  // the path says it
  }
  CHECK(notes.batches == Strings{"20240115T000000Z-c-00000003"});
}

TEST_CASE("a summary of more than any batch needs is not read") {
  Fixture fixture;
  fixture.put("summaries/2024/01/large.json", "{}");
  std::filesystem::resize_file(fixture.dir.path() / "summaries/2024/01/large.json",
                               archive::kMaxSummaryBytes + 1);
  const Notes notes = fixture.walk();
  REQUIRE(notes.reasons.size() == 1);
  CHECK(notes.reasons[0].find("larger than 1.0 GiB") != std::string::npos);
}

TEST_CASE("files that are not summaries are reported separately") {
  Fixture fixture;
  fixture.put("summaries/2024/readme.txt", "x");
  fixture.put("summaries/2024/._a.json", "x");
  std::filesystem::create_symlink("readme.txt", fixture.dir.path() / "summaries/2024/z.json");
  CHECK(fixture.walk().others ==
        Strings{"summaries/2024/._a.json", "summaries/2024/readme.txt", "!summaries/2024/z.json"});
}

TEST_CASE("a storage without summaries has none") {
  Fixture fixture;
  const Notes notes = fixture.walk();
  CHECK(notes.batches.empty());
  CHECK(notes.others.empty());
}

TEST_CASE("an error in the callback is not reported as an error of the summary") {
  Fixture fixture;
  fixture.record("20240115T000000Z-c-00000003", {"x", "y"});
  Notes notes;
  notes.fails_at = "x";
  CHECK(error_code_of([&] { archive::walk_summaries(fixture.storage, notes); }) == ErrorCode::io);
  CHECK(notes.bad.empty());
}
