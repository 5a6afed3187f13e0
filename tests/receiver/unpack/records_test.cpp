// What a run leaves behind beside the files: manifest, summary, rejections, report.
#include "common/archive/layout.hpp"
#include "common/archive/summary_reader.hpp"
#include "common/text/json.hpp"
#include "receiver/commands/report.hpp"
#include "receiver/unpack/manifest.hpp"
#include "receiver/unpack/rejection.hpp"
#include "receiver/unpack/summary.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

namespace {

const payload::BatchId kId = payload::BatchId::parse("20240115T103000Z-a-00000001").value();
const payload::RelativePath kManifest("manifest");

const std::string kSha256(64, 'a');
const std::string kGitBlob(40, 'b');

/// One file; `path` outlives what is returned.
unpack::ManifestEntry entry_of(std::string_view path) {
  return {12, kSha256, kGitBlob, "text/plain", "2024-01-15T09:00:00.25Z", true, path, path};
}

struct Fixture {
  text::Json read(const std::string& path) {
    return text::parse_json(platform::read_file(dir.path() / path, 1 << 20), path);
  }
  void put(const std::string& path, std::string_view text) {
    storage.write_durably(payload::RelativePath(path), text);
  }

  TempDir dir;
  archive::Storage storage{dir.path(), archive::Storage::Lock::none};
};

archive::Summary summary_with(const std::vector<archive::PayloadFile>& payloads) {
  archive::Summary summary;
  summary.id = kId;
  summary.metadata.batch_name = "a";
  summary.metadata.timestamp = kId.time;
  summary.metadata.total_files = 2;
  summary.payloads = payloads;
  summary.processed_at = kId.time;
  return summary;
}

}  // namespace

TEST_CASE("a manifest is read as it was written") {
  Fixture fixture;
  const std::vector<std::string> paths = {"a b.txt", "\xc3\xa4/\"quoted\".json",
                                          std::string(200, 'x')};
  unpack::ManifestWriter writer(fixture.storage, kManifest);
  for (int round = 0; round < 500; ++round) {
    for (const std::string& path : paths) writer.append(entry_of(path));
  }
  writer.finish();
  std::size_t count = 0;
  unpack::for_each_entry(fixture.storage, kManifest, [&](const unpack::ManifestEntry& entry) {
    CHECK(entry.path == paths[count % paths.size()]);
    CHECK(entry.stored_path == entry.path);
    CHECK(entry.size_bytes == 12);
    ++count;
  });
  CHECK(count == 1500);
}

TEST_CASE("a broken manifest is noticed") {
  const char* const text = GENERATE("x", "1\t2\n", "2\ta\tb\tc\t1\tp\n", "x\ta\tb\tc\t1\tp\ts\n");
  Fixture fixture;
  fixture.put("manifest", text);
  CHECK(error_of([&] {
    unpack::for_each_entry(fixture.storage, kManifest, [](const unpack::ManifestEntry&) {});
  }));
}

TEST_CASE("a summary is the receipt of its batch") {
  Fixture fixture;
  unpack::ManifestWriter writer(fixture.storage, kManifest);
  writer.append(entry_of("x.txt"));
  writer.append(entry_of("</td>\"\xe2\x80\xae.txt"));
  writer.finish();
  unpack::write_summary(fixture.storage,
                        summary_with({{payload::RelativePath("inbox/p.json"), 99}}), kManifest);
  CHECK(archive::summary_path(kId).str() ==
        "summaries/2024/01/15/20240115T103000Z-a-00000001.json");
  const text::Json json = fixture.read(archive::summary_path(kId).str());
  CHECK(text::string_member(json, "status") == "stored");
  CHECK(json["reason"].is_null());
  REQUIRE(json["files"].size() == 2);
  CHECK(text::string_member(json["files"][0], "stored_path") == "x.txt");
  CHECK(text::string_member(json["files"][0], "git_blob") == std::string(40, 'b'));

  const auto receipt = archive::read_receipt(fixture.storage, kId);
  REQUIRE(receipt);
  CHECK(receipt->status == archive::BatchStatus::stored);
  REQUIRE(receipt->payloads.size() == 1);
  CHECK(receipt->payloads.front().path.str() == "inbox/p.json");
  CHECK(receipt->payloads.front().size_bytes == 99);
}

TEST_CASE("a rejected batch has a receipt too and the first one stays") {
  Fixture fixture;
  archive::Summary summary = summary_with({{payload::RelativePath("inbox/p.json"), 99}});
  summary.status = archive::BatchStatus::rejected;
  summary.reason = "bad";
  unpack::write_summary(fixture.storage, summary, {});
  summary.reason = "other";
  unpack::write_summary(fixture.storage, summary, {});
  CHECK(text::string_member(fixture.read(archive::summary_path(kId).str()), "reason") == "bad");
  CHECK(archive::read_receipt(fixture.storage, kId)->status == archive::BatchStatus::rejected);
}

TEST_CASE("a batch without a summary has no receipt") {
  Fixture fixture;
  CHECK_FALSE(archive::read_receipt(fixture.storage, kId));
}

TEST_CASE("a rejected payload has its reason beside it") {
  Fixture fixture;
  fixture.put("inbox/p.json", "text");
  const auto there = unpack::set_aside(
      fixture.storage, {{payload::RelativePath("inbox/p.json"), 4}}, {kId, "why", kId.time});
  REQUIRE(there.size() == 2);
  CHECK(platform::read_file(fixture.dir.path() / "rejected/p.json", 100) == "text");
  CHECK_FALSE(fs::exists(fixture.dir.path() / "inbox/p.json"));
  const text::Json reason = fixture.read("rejected/p.json.reason.json");
  CHECK(text::string_member(reason, "reason") == "why");
  CHECK(text::string_member(reason, "batch_id") == kId.str());
  CHECK(text::string_member(reason, "rejected_at") == "2024-01-15T10:30:00Z");
}

TEST_CASE("another payload with a name in use gets its own name") {
  Fixture fixture;
  fixture.put("rejected/p.json", "older");
  fixture.put("inbox/p.json", "newer");
  (void)unpack::set_aside(fixture.storage, {{payload::RelativePath("inbox/p.json"), 5}},
                          {{}, "why", kId.time});
  CHECK(platform::read_file(fixture.dir.path() / "rejected/p.json", 100) == "older");
  CHECK(platform::read_file(fixture.dir.path() / "rejected/p.json~2", 100) == "newer");
  CHECK(fixture.read("rejected/p.json~2.reason.json")["batch_id"].is_null());
}

TEST_CASE("rejecting again after a crash finishes the move") {
  Fixture fixture;
  fixture.put("rejected/p.json", "same");
  fixture.put("inbox/p.json", "same");
  const auto there = unpack::set_aside(
      fixture.storage, {{payload::RelativePath("inbox/p.json"), 4}}, {{}, "why", kId.time});
  CHECK(there.front().str() == "rejected/p.json");
  CHECK_FALSE(fs::exists(fixture.dir.path() / "inbox/p.json"));
  CHECK_FALSE(fs::exists(fixture.dir.path() / "rejected/p.json~2"));
}

TEST_CASE("a report has a one-line summary and escapes every name") {
  receiver::Report report;
  CHECK(receiver::to_line(report) == "nothing to receive");
  receiver::BatchReport stored;
  stored.id = kId;
  stored.files = 3;
  stored.size_bytes = 2048;
  report.batches.push_back(stored);
  receiver::BatchReport rejected;
  rejected.status = receiver::BatchReport::Status::rejected;
  rejected.payloads.emplace_back("inbox/<b>|`x`.json");
  rejected.reason = "<script> | [a](b)\n::error::x";
  report.batches.push_back(rejected);
  CHECK(receiver::to_line(report) == "stored 1 batch (3 files, 2.0 KiB), rejected 1 batch");
  CHECK(report.count(receiver::BatchReport::Status::rejected) == 1);

  const text::Json json = text::parse_json(receiver::to_json_text(report), "report");
  REQUIRE(json["batches"].size() == 2);
  CHECK(json["batches"][1]["batch_id"].is_null());
  CHECK(receiver::to_json_text(report).find('\n') == std::string::npos);
}

TEST_CASE("a missing manifest is an internal error") {
  Fixture fixture;
  CHECK(error_code_of([&] {
          unpack::for_each_entry(fixture.storage, kManifest, [](const unpack::ManifestEntry&) {});
        }) == ErrorCode::internal);
}

TEST_CASE("a manifest without entries has none") {
  Fixture fixture;
  unpack::ManifestWriter(fixture.storage, kManifest).finish();
  unpack::for_each_entry(fixture.storage, kManifest,
                         [](const unpack::ManifestEntry&) { FAIL("an entry"); });
}

TEST_CASE("every field of a manifest entry comes back") {
  Fixture fixture;
  unpack::ManifestEntry entry = entry_of("x.txt");
  entry.size_bytes = UINT64_MAX;
  entry.looks_like_its_extension = false;
  entry.stored_path = "";
  {
    unpack::ManifestWriter writer(fixture.storage, kManifest);
    writer.append(entry);
    writer.finish();
  }
  unpack::for_each_entry(fixture.storage, kManifest, [&](const unpack::ManifestEntry& found) {
    CHECK(found.size_bytes == UINT64_MAX);
    CHECK(found.sha256 == entry.sha256);
    CHECK(found.git_blob == entry.git_blob);
    CHECK(found.content_type == "text/plain");
    CHECK_FALSE(found.looks_like_its_extension);
    CHECK(found.stored_path.empty());
  });
}

TEST_CASE("a summary has the sender's metadata and the warnings") {
  Fixture fixture;
  {
    unpack::ManifestWriter writer(fixture.storage, kManifest);
    unpack::ManifestEntry wrong = entry_of("wrong.png");
    wrong.looks_like_its_extension = false;
    writer.append(entry_of("right.txt"));
    writer.append(wrong);
    writer.finish();
  }
  archive::Summary summary = summary_with({});
  summary.metadata.source = "/data";
  summary.metadata.sender = payload::SenderIdentity{"h", "u", "v"};
  summary.metadata.skipped = {{"n.pdf", "unsupported type"}};
  summary.duration = std::chrono::milliseconds(1500);
  unpack::write_summary(fixture.storage, summary, kManifest);
  const text::Json json = fixture.read(archive::summary_path(kId).str());
  CHECK(json["duration_ms"] == 1500);
  CHECK(text::string_member(json, "source") == "/data");
  CHECK(
      json["sender"] ==
      text::Json{
          {"host", "h"}, {"user", "u"}, {"version", "v"}, {"os", ""}, {"token_expires", nullptr}});
  CHECK(text::string_member(json, "producer") == "h");
  CHECK(json["instance"].is_null());
  CHECK(text::string_member(json["files"][0], "modified") == "2024-01-15T09:00:00.25Z");
  CHECK(json["skipped"] ==
        text::Json::array({{{"relative_path", "n.pdf"}, {"reason", "unsupported type"}}}));
  REQUIRE(json["warnings"].size() == 1);
  CHECK(json["warnings"][0].dump().find("wrong.png") != std::string::npos);
  CHECK(json["files"].size() == 2);
}

TEST_CASE("a summary has at most a hundred warnings and lists all files") {
  Fixture fixture;
  {
    unpack::ManifestWriter writer(fixture.storage, kManifest);
    unpack::ManifestEntry wrong = entry_of("wrong.png");
    wrong.looks_like_its_extension = false;
    for (int i = 0; i < 150; ++i) writer.append(wrong);
    writer.finish();
  }
  unpack::write_summary(fixture.storage, summary_with({}), kManifest);
  const text::Json json = fixture.read(archive::summary_path(kId).str());
  CHECK(json["warnings"].size() == 100);
  CHECK(json["files"].size() == 150);
}

TEST_CASE("a summary is written over what a run that died left of it") {
  Fixture fixture;
  fixture.put(".staging/summary.json", "half");
  unpack::write_summary(fixture.storage, summary_with({}), {});
  CHECK(text::string_member(fixture.read(archive::summary_path(kId).str()), "status") == "stored");
  CHECK_FALSE(fs::exists(fixture.dir.path() / ".staging/summary.json"));
}

TEST_CASE("the receipt of a rejected batch has its reason") {
  Fixture fixture;
  archive::Summary summary = summary_with({{payload::RelativePath("inbox/p.json"), 99}});
  summary.status = archive::BatchStatus::rejected;
  summary.reason = "a \"reason\"\n with \xc3\xa4";
  unpack::write_summary(fixture.storage, summary, {});
  const auto receipt = archive::read_receipt(fixture.storage, kId);
  REQUIRE(receipt);
  CHECK(receipt->status == archive::BatchStatus::rejected);
  CHECK(receipt->reason == summary.reason);
}

TEST_CASE("a receipt is only read up to its list of files") {
  Fixture fixture;
  fixture.put(archive::summary_path(kId).str(),
              R"({"new": {"x": [1]}, "payloads": [{"path": "inbox/p.json", "size": 9, "x": 1}],
                  "status": "stored", "files": [ broken)");
  const auto receipt = archive::read_receipt(fixture.storage, kId);
  REQUIRE(receipt);
  CHECK(receipt->status == archive::BatchStatus::stored);
  CHECK(receipt->payloads.front().size_bytes == 9);
}

TEST_CASE("a broken receipt is refused with its name") {
  Fixture fixture;
  fixture.put(
      archive::summary_path(kId).str(),
      GENERATE("", "{", "[]", "{}", R"({"status": "stored"})", R"({"status": 1, "payloads": []})",
               R"({"status": "stored", "payloads": {}})"));
  const auto error = error_of([&] { archive::read_receipt(fixture.storage, kId); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::bad_payload);
  CHECK(std::string(error->what()).find(archive::summary_path(kId).str()) != std::string::npos);
}

TEST_CASE("all payloads of a batch are set aside each with its reason") {
  Fixture fixture;
  fixture.put("inbox/1.json", "1");
  fixture.put("2.json", "22");
  const auto there = unpack::set_aside(
      fixture.storage,
      {{payload::RelativePath("inbox/1.json"), 1}, {payload::RelativePath("2.json"), 2}},
      {kId, "why", kId.time});
  REQUIRE(there.size() == 4);
  CHECK(there[2].str() == "rejected/2.json");
  const text::Json reason = fixture.read("rejected/2.json.reason.json");
  CHECK(text::string_member(reason, "payload") == "2.json");
  CHECK(reason["size"] == 2);
  CHECK(reason["receiver"].contains("version"));
}

TEST_CASE("a payload with the longest of names is set aside whole") {
  Fixture fixture;
  const std::string name = GENERATE(std::string(250, 'n'), "\xc3\xa4" + std::string(248, 'n'),
                                    [] {
                                      std::string text;
                                      for (int i = 0; i < 125; ++i) text += "\xc3\xa4";
                                      return text;
                                    }()) +
                           ".json";
  REQUIRE(name.size() == 255);
  fixture.put("inbox/" + name, "text");
  const auto there = unpack::set_aside(
      fixture.storage, {{payload::RelativePath("inbox/" + name), 4}}, {{}, "why", kId.time});
  REQUIRE(there.size() == 2);
  CHECK(platform::read_file(fixture.dir.path() / there[0].str(), 100) == "text");
  CHECK(text::string_member(fixture.read(there[1].str()), "payload") == "inbox/" + name);
}

TEST_CASE("a link in the place of a rejected payload is not followed") {
  Fixture fixture;
  const TempDir elsewhere;
  platform::write_file_atomically(elsewhere.path() / "file", "text");
  fixture.put("rejected/x", "");
  fs::create_symlink(elsewhere.path() / "file", fixture.dir.path() / "rejected/p.json");
  fixture.put("inbox/p.json", "text");
  (void)error_of([&] {
    unpack::set_aside(fixture.storage, {{payload::RelativePath("inbox/p.json"), 4}},
                      {{}, "why", kId.time});
  });
  CHECK(platform::read_file(elsewhere.path() / "file", 100) == "text");
  CHECK(fs::is_symlink(fixture.dir.path() / "rejected/p.json"));
  CHECK((fs::exists(fixture.dir.path() / "inbox/p.json") ||
         fs::is_regular_file(fixture.dir.path() / "rejected/p.json~2")));
}

TEST_CASE("a report as JSON has the documented members") {
  receiver::Report report;
  receiver::BatchReport batch;
  batch.id = kId;
  batch.batch_name = "a";
  batch.files = 1;
  batch.size_bytes = 1024;
  batch.summary = archive::summary_path(kId);
  batch.payloads.emplace_back("inbox/" + kId.str() + ".json");
  report.batches.push_back(batch);
  report.triggers_removed.emplace_back(".trigger");
  CHECK(text::parse_json(receiver::to_json_text(report), "report") ==
        text::parse_json(R"({"batches":[{"batch_id":"20240115T103000Z-a-00000001","batch_name":"a",
                        "status":"stored","files":1,"bytes":1024,"reason":null,
                        "summary":"summaries/2024/01/15/20240115T103000Z-a-00000001.json",
                        "payloads":["inbox/20240115T103000Z-a-00000001.json"],"rejected":[]}],
                       "triggers_removed":[".trigger"],"retried":[],"not_retried":[]})",
                         "expected"));
}

TEST_CASE("a report names every status") {
  const auto [status, word] = GENERATE(table<receiver::BatchReport::Status, std::string>(
      {{receiver::BatchReport::Status::stored, "stored"},
       {receiver::BatchReport::Status::rejected, "rejected"},
       {receiver::BatchReport::Status::repeated, "repeated"},
       {receiver::BatchReport::Status::waiting, "waiting"},
       {receiver::BatchReport::Status::verified, "verified"}}));
  receiver::Report report;
  receiver::BatchReport batch;
  batch.status = status;
  batch.payloads.emplace_back("inbox/p.json");
  report.batches.assign(2, batch);
  CHECK(receiver::to_line(report).starts_with(word + " 2 batches"));
  CHECK(text::string_member(
            text::parse_json(receiver::to_json_text(report), "report")["batches"][0], "status") ==
        word);
  CHECK(report.count(status) == 2);
}

TEST_CASE("a report of no batches has every member") {
  const receiver::Report report;
  CHECK(receiver::to_json_text(report) ==
        R"({"batches":[],"triggers_removed":[],"retried":[],"not_retried":[]})");
}
