// What a run leaves behind beside the files: manifest, summary, rejections, report.
#include "common/json.hpp"
#include "receiver/manifest.hpp"
#include "receiver/rejection.hpp"
#include "receiver/report.hpp"
#include "receiver/summary.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

namespace {

const BatchId kId = BatchId::parse("20240115T103000Z-a-00000001").value();
const RelativePath kManifest("manifest");

ManifestEntry entry_of(const std::string& path) {
  return {7,
          12,
          std::string(64, 'a'),
          std::string(40, 'b'),
          "text/plain",
          true,
          RelativePath(path),
          "a/" + path};
}

struct Fixture {
  Json read(const std::string& path) {
    return parse_json(read_file(dir.path() / path, 1 << 20), path);
  }
  void put(const std::string& path, std::string_view text) {
    storage.write_durably(RelativePath(path), text);
  }

  TempDir dir;
  Storage storage{dir.path(), Storage::Lock::none};
};

Summary summary_with(const std::vector<WaitingPayload>& payloads) {
  Summary summary;
  summary.id = kId;
  summary.metadata.batch_name = "a";
  summary.metadata.timestamp = kId.time;
  summary.metadata.total_files = 2;
  summary.payloads = payloads;
  summary.processed_at = kId.time;
  return summary;
}

}  // namespace

TEST_CASE("a manifest gives back what was put in") {
  Fixture fixture;
  const std::vector<std::string> paths = {"a b.txt", "\xc3\xa4/\"quoted\".json",
                                          std::string(200, 'x')};
  ManifestWriter writer(fixture.storage, kManifest);
  for (int round = 0; round < 500; ++round) {
    for (const std::string& path : paths) writer.append(entry_of(path));
  }
  writer.finish();
  std::size_t count = 0;
  for_each_entry(fixture.storage, kManifest, [&](const ManifestEntry& entry) {
    CHECK(entry.path.str() == paths[count % paths.size()]);
    CHECK(entry.stored_path == "a/" + entry.path.str());
    CHECK(entry.staged_number == 7);
    CHECK(entry.size_bytes == 12);
    ++count;
  });
  CHECK(count == 1500);
}

TEST_CASE("a broken manifest is noticed") {
  const char* const text =
      GENERATE("x", "1\t2\n", "1\t2\ta\tb\tc\t1\tp\n", "x\t2\ta\tb\tc\t1\tp\ts\n");
  Fixture fixture;
  fixture.put("manifest", text);
  CHECK(error_of([&] { for_each_entry(fixture.storage, kManifest, [](const ManifestEntry&) {}); }));
}

TEST_CASE("a summary is the receipt of its batch") {
  Fixture fixture;
  ManifestWriter writer(fixture.storage, kManifest);
  writer.append(entry_of("x.txt"));
  writer.append(entry_of("</td>\"\xe2\x80\xae.txt"));
  writer.finish();
  write_summary(fixture.storage, summary_with({{RelativePath("inbox/p.json"), 99}}), kManifest);
  CHECK(summary_path(kId).str() == "summaries/2024/01/20240115T103000Z-a-00000001.json");
  const Json json = fixture.read(summary_path(kId).str());
  CHECK(string_member(json, "status") == "stored");
  CHECK(json["reason"].is_null());
  REQUIRE(json["files"].size() == 2);
  CHECK(string_member(json["files"][0], "stored_path") == "a/x.txt");
  CHECK(string_member(json["files"][0], "git_blob") == std::string(40, 'b'));

  const auto receipt = read_receipt(fixture.storage, kId);
  REQUIRE(receipt);
  CHECK(receipt->verdict == Verdict::stored);
  REQUIRE(receipt->payloads.size() == 1);
  CHECK(receipt->payloads.front().path.str() == "inbox/p.json");
  CHECK(receipt->payloads.front().size_bytes == 99);
}

TEST_CASE("a rejected batch has a receipt too and the first one stays") {
  Fixture fixture;
  Summary summary = summary_with({{RelativePath("inbox/p.json"), 99}});
  summary.verdict = Verdict::rejected;
  summary.reason = "bad";
  write_summary(fixture.storage, summary, {});
  summary.reason = "other";
  write_summary(fixture.storage, summary, {});
  CHECK(string_member(fixture.read(summary_path(kId).str()), "reason") == "bad");
  CHECK(read_receipt(fixture.storage, kId)->verdict == Verdict::rejected);
}

TEST_CASE("a batch without a summary has no receipt") {
  Fixture fixture;
  CHECK_FALSE(read_receipt(fixture.storage, kId));
}

TEST_CASE("a payload set aside has its reason beside it") {
  Fixture fixture;
  fixture.put("inbox/p.json", "text");
  const auto there =
      set_aside(fixture.storage, {{RelativePath("inbox/p.json"), 4}}, {kId, "why", kId.time});
  REQUIRE(there.size() == 2);
  CHECK(read_file(fixture.dir.path() / "rejected/p.json", 100) == "text");
  CHECK_FALSE(fs::exists(fixture.dir.path() / "inbox/p.json"));
  const Json reason = fixture.read("rejected/p.json.reason.json");
  CHECK(string_member(reason, "reason") == "why");
  CHECK(string_member(reason, "batch_id") == kId.str());
  CHECK(string_member(reason, "rejected_at") == "2024-01-15T10:30:00Z");
}

TEST_CASE("another payload of a name that is taken gets a name of its own") {
  Fixture fixture;
  fixture.put("rejected/p.json", "older");
  fixture.put("inbox/p.json", "newer");
  (void)set_aside(fixture.storage, {{RelativePath("inbox/p.json"), 5}}, {{}, "why", kId.time});
  CHECK(read_file(fixture.dir.path() / "rejected/p.json", 100) == "older");
  CHECK(read_file(fixture.dir.path() / "rejected/p.json~2", 100) == "newer");
  CHECK(fixture.read("rejected/p.json~2.reason.json")["batch_id"].is_null());
}

TEST_CASE("setting aside again after a crash finishes it") {
  Fixture fixture;
  fixture.put("rejected/p.json", "same");
  fixture.put("inbox/p.json", "same");
  const auto there =
      set_aside(fixture.storage, {{RelativePath("inbox/p.json"), 4}}, {{}, "why", kId.time});
  CHECK(there.front().str() == "rejected/p.json");
  CHECK_FALSE(fs::exists(fixture.dir.path() / "inbox/p.json"));
  CHECK_FALSE(fs::exists(fixture.dir.path() / "rejected/p.json~2"));
}

TEST_CASE("a report tells what happened in one line and escapes every name") {
  Report report;
  CHECK(to_line(report) == "nothing to receive");
  BatchReport stored;
  stored.id = kId;
  stored.files = 3;
  stored.size_bytes = 2048;
  report.batches.push_back(stored);
  BatchReport rejected;
  rejected.status = BatchReport::Status::rejected;
  rejected.payloads.emplace_back("inbox/<b>|`x`.json");
  rejected.reason = "<script> | [a](b)\n::error::x";
  report.batches.push_back(rejected);
  CHECK(to_line(report) == "stored 1 batch (3 files, 2.0 KiB), rejected 1 batch");
  CHECK(report.count(BatchReport::Status::rejected) == 1);

  const std::string markdown = to_markdown(report);
  for (const char* bad : {"<script>", "<b>", "[a](b)", "\n::error"}) {
    CHECK(markdown.find(bad) == std::string::npos);
  }
  const Json json = parse_json(to_json_text(report), "report");
  REQUIRE(json["batches"].size() == 2);
  CHECK(json["batches"][1]["batch_id"].is_null());
  CHECK(to_json_text(report).find('\n') == std::string::npos);
}

TEST_CASE("a report of many batches stays readable") {
  Report report;
  BatchReport batch;
  batch.id = kId;
  report.batches.assign(10'000, batch);
  CHECK(to_markdown(report).size() < 200'000);
  CHECK(to_markdown(report).find("more.") != std::string::npos);
}
