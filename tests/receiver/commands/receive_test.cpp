#include "receiver/commands/receive.hpp"

#include <map>

#include "receiver/unpack/summary.hpp"
#include "receiver/unpack/unpack.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/file_time.hpp"
#include "tests/support/payloads.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

namespace {

using Status = receiver::BatchReport::Status;

const std::string kId = "20240115T103000Z-a-00000001";
const std::string kOtherId = "20240115T103000Z-a-00000002";
const std::string kStored = "a/2024/01/15/20240115T103000Z-00000001_x.txt";
const std::string kSummary = "summaries/2024/01/15/" + kId + ".json";

std::string payload_of(const std::string& id, const std::string& bytes = "hello") {
  SamplePayload payload{.files = {{"x.txt", bytes}}};
  payload.batch_id = id;
  return payload.str();
}

class Fixture {
 public:
  fs::path root() const { return dir_.path(); }

  void put(const std::string& path, std::string_view text) {
    fs::create_directories((root() / path).parent_path());
    platform::write_file_atomically(root() / path, text);
    set_file_time(root() / path, clock.now_seconds());
  }
  void put_batch(const std::string& id, const std::string& bytes = "hello") {
    put("inbox/" + id + ".json", payload_of(id, bytes));
  }

  /// One run, with the storage opened afresh as a new process would.
  receiver::Report run() {
    archive::Storage storage(root(), archive::Storage::Lock::exclusive);
    return receiver::receive(storage, options, clock);
  }
  receiver::BatchReport run_for_one() {
    receiver::Report report = run();
    REQUIRE(report.batches.size() == 1);
    return report.batches.front();
  }

  std::string get(const std::string& path) { return platform::read_file(root() / path, 1'000'000); }
  bool has(const std::string& path) const { return fs::exists(root() / path); }
  text::Json json(const std::string& path) { return text::parse_json(get(path), path); }

  /// Every file below the storage, with its content.
  std::map<std::string, std::string> snapshot() {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(root())) {
      if (!entry.is_regular_file()) continue;
      const std::string path = fs::relative(entry.path(), root()).string();
      files[path] = get(path);
    }
    return files;
  }

  receiver::Options options = [] {
    receiver::Options made;
    made.incomplete_after = std::chrono::days(7);
    return made;
  }();
  FakeClock clock;

 private:
  TempDir dir_;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a run with nothing waiting leaves the storage as it is") {
  Fixture fixture;
  fixture.put("notes.json", "{}");
  const auto before = fixture.snapshot();
  CHECK(fixture.run().batches.empty());
  CHECK(fixture.snapshot() == before);
}

TEST_CASE("a batch is stored and recorded and its payload removed") {
  Fixture fixture;
  fixture.put_batch(kId);
  const receiver::BatchReport report = fixture.run_for_one();
  CHECK(report.status == Status::stored);
  CHECK(report.id->str() == kId);
  CHECK(report.batch_name == "a");
  CHECK(report.files == 1);
  CHECK(report.size_bytes == 5);
  CHECK(report.reason.empty());
  CHECK(report.summary->str() == kSummary);
  CHECK(report.payloads.front().str() == "inbox/" + kId + ".json");
  CHECK(report.rejected.empty());

  CHECK(fixture.get(kStored) == "hello");
  const auto files = fixture.snapshot();
  CHECK(files.size() == 2);
  CHECK(files.contains(kSummary));
  CHECK_FALSE(fixture.has(".staging"));
}

TEST_CASE("the summary of a stored batch has the documented members") {
  Fixture fixture;
  const std::string text = payload_of(kId);
  fixture.put("inbox/" + kId + ".json", text);
  fixture.run();
  const text::Json summary = fixture.json(kSummary);
  CHECK(summary["schema_version"] == 2);
  CHECK(text::string_member(summary, "batch_id") == kId);
  CHECK(text::string_member(summary, "batch_name") == "a");
  CHECK(text::string_member(summary, "status") == "stored");
  CHECK(summary["reason"].is_null());
  CHECK(text::string_member(summary, "timestamp") == "2024-01-15T10:30:00Z");
  CHECK(text::string_member(summary, "processed_at") == "2024-01-15T10:00:00Z");
  CHECK(summary["duration_ms"] == 0);
  CHECK(text::string_member(summary, "source") == "/data");
  CHECK(summary["total_files"] == 1);
  CHECK(summary["total_size"] == 5);
  CHECK(summary["payloads"] ==
        text::Json::array({{{"path", "inbox/" + kId + ".json"}, {"size", text.size()}}}));
  CHECK(summary["files"] ==
        text::Json::array({{{"path", "x.txt"},
                            {"stored_path", kStored},
                            {"status", "stored"},
                            {"size", 5},
                            {"sha256", sha256_text("hello")},
                            {"git_blob", "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0"},
                            {"content_type", "text/plain"}}}));
}

TEST_CASE("receiving twice is the same as once") {
  Fixture fixture;
  fixture.put_batch(kId);
  fixture.run();
  const auto once = fixture.snapshot();
  fixture.put_batch(kId);
  const receiver::BatchReport report = fixture.run_for_one();
  CHECK(report.status == Status::repeated);
  CHECK(report.summary->str() == kSummary);
  CHECK(fixture.snapshot() == once);
}

TEST_CASE("a repeat may be in the other folder or have another name") {
  Fixture fixture;
  fixture.put_batch(kId);
  fixture.run();
  const auto once = fixture.snapshot();
  SECTION("in the root") {
    fixture.put(kId + ".json", payload_of(kId));
  }
  SECTION("under another name") {
    fixture.put("inbox/copy.json", payload_of(kId));
  }
  CHECK(fixture.run_for_one().status == Status::repeated);
  CHECK(fixture.snapshot() == once);
}

TEST_CASE("a run that was killed is finished by the next one") {
  Fixture fixture;
  fixture.put_batch(kId);
  SECTION("with files staged") {
    fixture.put(".staging/000001", "half");
    fixture.put(".staging/manifest", "half");
    fixture.put(".staging/summary.json", "half");
  }
  SECTION("with files published") {
    fixture.put(kStored, "hello");
  }
  CHECK(fixture.run_for_one().status == Status::stored);
  CHECK(fixture.get(kStored) == "hello");
  CHECK(fixture.snapshot().size() == 2);
  CHECK(text::string_member(fixture.json(kSummary), "status") == "stored");
}

TEST_CASE("a run that was killed after rejecting is finished by the next one") {
  Fixture fixture;
  const std::string name = kId + ".json";
  fixture.put("inbox/" + name, replaced(payload_of(kId), R"("size":5)", R"("size":6)"));
  const std::string reason = fixture.run_for_one().reason;
  const auto once = fixture.snapshot();
  fs::rename(fixture.root() / "rejected" / name, fixture.root() / "inbox" / name);
  const receiver::BatchReport report = fixture.run_for_one();
  CHECK(report.status == Status::rejected);
  CHECK(report.reason == reason);
  CHECK(fixture.snapshot() == once);
}

TEST_CASE("a bad batch is set aside with its reason and the others are stored") {
  Fixture fixture;
  const std::string bad = replaced(payload_of(kId), R"("size":5)", R"("size":6)");
  fixture.put("inbox/" + kId + ".json", bad);
  fixture.put_batch(kOtherId);
  fixture.put("inbox/broken.json", "{");
  const receiver::Report report = fixture.run();
  REQUIRE(report.batches.size() == 3);
  CHECK(report.count(Status::rejected) == 2);
  CHECK(report.count(Status::stored) == 1);
  CHECK(fixture.get("rejected/" + kId + ".json") == bad);
  CHECK(fixture.get("rejected/broken.json") == "{");
  CHECK(fixture.has("a/2024/01/15/20240115T103000Z-00000002_x.txt"));
  CHECK_FALSE(fixture.has(kStored));

  const receiver::BatchReport& rejected = report.batches.front();
  CHECK(contains(rejected.reason, "x.txt"));
  REQUIRE(rejected.rejected.size() == 2);
  CHECK(rejected.rejected[0].str() == "rejected/" + kId + ".json");
  CHECK(rejected.rejected[1].str() == "rejected/" + kId + ".json.reason.json");
  CHECK(text::string_member(fixture.json(rejected.rejected[1].str()), "reason") == rejected.reason);
  const text::Json summary = fixture.json(kSummary);
  CHECK(text::string_member(summary, "status") == "rejected");
  CHECK(text::string_member(summary, "reason") == rejected.reason);
  CHECK(summary["files"].empty());
}

TEST_CASE("a batch that is on the reject list is rejected with the reason given there") {
  Fixture fixture;
  fixture.put_batch(kId);
  fixture.put_batch(kOtherId);
  fixture.options.reject_list = {{"inbox/" + kId + ".json", "it holds a secret"}};
  const receiver::Report report = fixture.run();
  REQUIRE(report.batches.size() == 2);
  CHECK(report.batches[0].status == Status::rejected);
  CHECK(report.batches[1].status == Status::stored);
  CHECK_FALSE(fixture.has(kStored));
  CHECK(fixture.get("rejected/" + kId + ".json") == payload_of(kId));
  CHECK(fixture.json("rejected/" + kId + ".json.reason.json")["reason"] == "it holds a secret");
  CHECK(fixture.json(kSummary)["status"] == "rejected");
  CHECK(fixture.json(kSummary)["reason"] == "it holds a secret");
}

TEST_CASE("a stored batch that is on the reject list stays stored") {
  Fixture fixture;
  fixture.put_batch(kId);
  fixture.run();
  fixture.put_batch(kId);
  fixture.options.reject_list = {{"inbox/" + kId + ".json", "too late"}};
  CHECK(fixture.run_for_one().status == Status::repeated);
  CHECK(fixture.json(kSummary)["status"] == "stored");
}

TEST_CASE("a bad payload without an identity has no summary") {
  Fixture fixture;
  fixture.put("inbox/broken.json", "{");
  const receiver::BatchReport report = fixture.run_for_one();
  CHECK(report.status == Status::rejected);
  CHECK_FALSE(report.id);
  CHECK_FALSE(report.summary);
  CHECK_FALSE(fixture.has("summaries"));
}

TEST_CASE("a rejected batch is tried again when its summary is gone") {
  Fixture fixture;
  const std::string name = kId + ".json";
  fixture.put_batch(kId);
  fixture.options.limits.max_file_bytes = 4;
  CHECK(fixture.run_for_one().status == Status::rejected);
  fs::rename(fixture.root() / "rejected" / name, fixture.root() / "inbox" / name);
  fs::remove(fixture.root() / kSummary);
  fixture.options.limits.max_file_bytes = 5;
  CHECK(fixture.run_for_one().status == Status::stored);
  CHECK(fixture.get(kStored) == "hello");
}

TEST_CASE("a batch that is rejected again without its old reason gets the new one") {
  Fixture fixture;
  const std::string name = kId + ".json";
  fixture.put_batch(kId);
  fixture.options.limits.max_file_bytes = 4;
  CHECK(contains(fixture.run_for_one().reason, "--max-file-size"));
  fs::rename(fixture.root() / "rejected" / name, fixture.root() / "inbox" / name);
  fs::remove(fixture.root() / kSummary);
  fs::remove(fixture.root() / "rejected" / (name + ".reason.json"));
  fixture.options.limits.max_file_bytes = 5;
  fixture.options.limits.max_batch_bytes = 4;
  const receiver::BatchReport report = fixture.run_for_one();
  REQUIRE(contains(report.reason, "--max-batch-size"));
  REQUIRE(report.rejected.size() == 2);
  CHECK(text::string_member(fixture.json(report.rejected[1].str()), "reason") == report.reason);
}

TEST_CASE(
    "another payload with the id of a stored batch is rejected and stored files do not change") {
  Fixture fixture;
  fixture.put_batch(kId);
  fixture.run();
  const std::string summary = fixture.get(kSummary);
  const std::string other = payload_of(kId, "something else");
  fixture.put("inbox/" + kId + ".json", other);
  const receiver::BatchReport report = fixture.run_for_one();
  CHECK(report.status == Status::rejected);
  CHECK(fixture.get(kStored) == "hello");
  CHECK(fixture.get(kSummary) == summary);
  CHECK(fixture.get("rejected/" + kId + ".json") == other);
}

TEST_CASE("a stored file with other content is never replaced") {
  Fixture fixture;
  fixture.put(kStored, "precious");
  fixture.put_batch(kId);
  CHECK(fixture.run_for_one().status == Status::rejected);
  CHECK(fixture.get(kStored) == "precious");
  CHECK(fixture.has("rejected/" + kId + ".json"));
}

TEST_CASE("a broken summary does not stop the run and its batch is set aside") {
  Fixture fixture;
  fixture.put(kSummary, GENERATE("", "{", "{}", "[]", R"({"status":"stored"})",
                                 R"({"status":"stored","payloads":[{"path":"../x","size":1}]})"));
  fixture.put_batch(kId);
  fixture.put_batch(kOtherId);
  const receiver::Report report = fixture.run();
  CHECK(report.count(Status::rejected) == 1);
  CHECK(report.count(Status::stored) == 1);
  CHECK(fixture.has("rejected/" + kId + ".json"));
}

TEST_CASE("a batch in parts waits for all of them and is then stored") {
  Fixture fixture;
  SamplePayload first{.files = {{"x.txt", "hello"}}, .part = R"({"index":1,"last":false})"};
  SamplePayload second{.files = {{"y.txt", "you"}},
                       .part = R"({"index":2,"last":true,"batch_files":2,"batch_size":8})"};
  fixture.put("inbox/" + kId + ".part-0001.json", first.str());
  const auto before = fixture.snapshot();
  const receiver::BatchReport waiting = fixture.run_for_one();
  CHECK(waiting.status == Status::waiting);
  CHECK(contains(waiting.reason, "part 2"));
  CHECK(fixture.snapshot() == before);

  fixture.put("inbox/" + kId + ".part-0002-last.json", second.str());
  const receiver::BatchReport stored = fixture.run_for_one();
  CHECK(stored.status == Status::stored);
  CHECK(stored.files == 2);
  CHECK(stored.size_bytes == 8);
  CHECK(stored.payloads.size() == 2);
  CHECK(fixture.get(kStored) == "hello");
  CHECK(fixture.get("a/2024/01/15/20240115T103000Z-00000001_y.txt") == "you");
  CHECK(fixture.snapshot().size() == 3);
}

TEST_CASE("one bad part rejects the whole batch") {
  Fixture fixture;
  SamplePayload first{.files = {{"x.txt", "hello"}}, .part = R"({"index":1,"last":false})"};
  fixture.put("inbox/" + kId + ".part-0001.json", first.str());
  fixture.put("inbox/" + kId + ".part-0002-last.json", "{");
  const receiver::BatchReport report = fixture.run_for_one();
  CHECK(report.status == Status::rejected);
  CHECK(report.rejected.size() == 4);
  CHECK_FALSE(fixture.has(kStored));
  CHECK(fixture.has("rejected/" + kId + ".part-0001.json"));
  CHECK(fixture.has("rejected/" + kId + ".part-0002-last.json"));
}

TEST_CASE("a batch is rejected if its parts do not arrive in time") {
  Fixture fixture;
  SamplePayload first{.files = {{"x.txt", "hello"}}, .part = R"({"index":1,"last":false})"};
  fixture.put("inbox/" + kId + ".part-0001.json", first.str());
  fixture.clock.sleep_for(std::chrono::days(8));
  CHECK(fixture.run_for_one().status == Status::rejected);
  CHECK(fixture.has("rejected/" + kId + ".part-0001.json"));
  CHECK(text::string_member(fixture.json(kSummary), "status") == "rejected");
}

TEST_CASE("parts that arrive after a rejection complete the batch") {
  Fixture fixture;
  const std::string first =
      SamplePayload{.files = {{"x.txt", "hello"}}, .part = R"({"index":1,"last":false})"}.str();
  const std::string second =
      SamplePayload{.files = {},
                    .part = R"({"index":2,"last":true,"batch_files":1,"batch_size":5})"}
          .str();
  fixture.put("inbox/" + kId + ".part-0001.json", first);
  fixture.clock.sleep_for(std::chrono::days(8));
  CHECK(fixture.run_for_one().status == Status::rejected);
  fixture.put("inbox/" + kId + ".part-0002-last.json", second);
  SECTION("alone") {}
  SECTION("with the first once more") {
    fixture.put("inbox/" + kId + ".part-0001.json", first);
  }
  SECTION("with the first once more, and nothing is left of its rejection but the summary") {
    fixture.put("inbox/" + kId + ".part-0001.json", first);
    fs::remove_all(fixture.root() / "rejected");
  }
  CHECK(fixture.run_for_one().status == Status::stored);
  CHECK(fixture.get(kStored) == "hello");
  CHECK(text::string_member(fixture.json(kSummary), "status") == "stored");
  CHECK(fixture.snapshot().size() == 2);
}

TEST_CASE("a part that arrives after a rejection waits for the missing parts") {
  Fixture fixture;
  fixture.put("inbox/" + kId + ".part-0001.json",
              SamplePayload{.files = {}, .part = R"({"index":1,"last":false})"}.str());
  fixture.clock.sleep_for(std::chrono::days(8));
  CHECK(fixture.run_for_one().status == Status::rejected);
  fixture.put("inbox/" + kId + ".part-0002.json",
              SamplePayload{.files = {}, .part = R"({"index":2,"last":false})"}.str());
  CHECK(fixture.run_for_one().status == Status::waiting);
  fixture.clock.sleep_for(std::chrono::days(8));
  CHECK(fixture.run_for_one().status == Status::rejected);
  CHECK(fixture.has("rejected/" + kId + ".part-0001.json"));
  CHECK(fixture.has("rejected/" + kId + ".part-0002.json"));
}

TEST_CASE("parts of a stored batch that arrive again are removed") {
  Fixture fixture;
  const std::string first =
      SamplePayload{.files = {{"x.txt", "hello"}}, .part = R"({"index":1,"last":false})"}.str();
  const std::string second =
      SamplePayload{.files = {},
                    .part = R"({"index":2,"last":true,"batch_files":1,"batch_size":5})"}
          .str();
  fixture.put("inbox/" + kId + ".part-0001.json", first);
  fixture.put("inbox/" + kId + ".part-0002-last.json", second);
  fixture.run();
  const auto once = fixture.snapshot();
  fixture.put("inbox/" + kId + ".part-0001.json", first);
  CHECK(fixture.run_for_one().status == Status::repeated);
  CHECK(fixture.snapshot() == once);
}

TEST_CASE("a dry run reports what would be done and writes nothing") {
  Fixture fixture;
  fixture.options.mode = receiver::Mode::verify_only;
  fixture.put_batch(kId);
  fixture.put("inbox/broken.json", "{");
  fixture.put(".trigger", "");
  const auto before = fixture.snapshot();
  const receiver::Report report = fixture.run();
  CHECK(report.count(Status::verified) == 1);
  CHECK(report.count(Status::rejected) == 1);
  CHECK(report.triggers_removed.empty());
  CHECK(fixture.snapshot() == before);
  CHECK(std::distance(fs::directory_iterator(fixture.root()), fs::directory_iterator()) == 2);
}

TEST_CASE("a dry run names a repeat and leaves it") {
  Fixture fixture;
  fixture.put_batch(kId);
  fixture.run();
  fixture.put_batch(kId);
  const auto before = fixture.snapshot();
  fixture.options.mode = receiver::Mode::verify_only;
  CHECK(fixture.run_for_one().status == Status::repeated);
  CHECK(fixture.snapshot() == before);
}

TEST_CASE("payloads that are kept count as repeats afterwards") {
  Fixture fixture;
  fixture.options.mode = receiver::Mode::store_and_keep_payloads;
  fixture.put_batch(kId);
  CHECK(fixture.run_for_one().status == Status::stored);
  CHECK(fixture.has("inbox/" + kId + ".json"));
  const auto once = fixture.snapshot();
  CHECK(fixture.run_for_one().status == Status::repeated);
  CHECK(fixture.snapshot() == once);
}

TEST_CASE("triggers are removed and named") {
  Fixture fixture;
  fixture.put(".trigger", "");
  fixture.put(".trigger_20240115", "x");
  const receiver::Report report = fixture.run();
  CHECK(report.triggers_removed.size() == 2);
  CHECK(fixture.snapshot().empty());
}

TEST_CASE("a payload of version 1 is stored once however often it comes") {
  Fixture fixture;
  const std::string text =
      R"({"files":{"a b.txt":{"content":"aGVsbG8=","size":5}},)"
      R"("batch_metadata":{"timestamp":"2024-01-15T10:30:00.5","source":"/data/old"}})";
  const std::string id = "20240115T103000Z-old-" + sha256_text(text).substr(0, 8);
  fixture.put("batch_data.json", text);
  const receiver::BatchReport report = fixture.run_for_one();
  CHECK(report.status == Status::stored);
  CHECK(report.id->str() == id);
  CHECK(fixture.get("old/2024/01/15/20240115T103000Z-" + sha256_text(text).substr(0, 8) +
                    "_a b.txt") == "hello");
  const auto once = fixture.snapshot();
  fixture.put("inbox/again.json", text);
  CHECK(fixture.run_for_one().status == Status::repeated);
  CHECK(fixture.snapshot() == once);
}

TEST_CASE("files are stored where the template says") {
  Fixture fixture;
  fixture.options.name_template = unpack::NameTemplate("{year}/{month}/{stem}-{id}{ext}");
  fixture.put_batch(kId);
  fixture.run();
  CHECK(fixture.get("2024/01/x-00000001.txt") == "hello");
}

TEST_CASE("a link in place of the folder for rejected payloads does not stop other batches") {
  Fixture fixture;
  const TempDir elsewhere;
  fs::create_directory_symlink(elsewhere.path(), fixture.root() / "rejected");
  fixture.put("inbox/broken.json", "{");
  fixture.put_batch(kId);
  const receiver::Report report = fixture.run();
  CHECK(report.count(Status::stored) == 1);
  CHECK(report.count(Status::rejected) == 1);
  CHECK(fixture.get("inbox/broken.json") == "{");
  CHECK(fs::is_empty(elsewhere.path()));
}

TEST_CASE("a batch whose folder is a link is rejected and nothing is written through the link") {
  Fixture fixture;
  const TempDir elsewhere;
  fs::create_directory_symlink(elsewhere.path(), fixture.root() / "a");
  fixture.put_batch(kId);
  CHECK(fixture.run_for_one().status == Status::rejected);
  CHECK(fixture.has("rejected/" + kId + ".json"));
  CHECK(fs::is_empty(elsewhere.path()));
}

TEST_CASE("a folder in place of a summary does not lose a payload") {
  Fixture fixture;
  fixture.put_batch(kId);
  fs::create_directories(fixture.root() / kSummary);
  const std::string before = fixture.get("inbox/" + kId + ".json");
  (void)error_of([&] { fixture.run(); });
  CHECK((fixture.has("inbox/" + kId + ".json") || fixture.has("rejected/" + kId + ".json")));
  const std::string now = fixture.has("inbox/" + kId + ".json") ? "inbox/" : "rejected/";
  CHECK(fixture.get(now + kId + ".json") == before);
}
