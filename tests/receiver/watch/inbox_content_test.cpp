#include "receiver/watch/inbox_content.hpp"

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using watch::InboxContent;
using watch::open_inbox;
using watch::RejectedBatches;

namespace {

namespace fs = std::filesystem;

constexpr const char* kBatch = "20240115T103000Z-x-3f9a1c07";
constexpr sys_seconds kDay{seconds(1'705'276'800)};  // 2024-01-15

void refuse(const Error& why) {
  throw why;
}

struct Inbox {
  TempDir folder;

  void put(const std::string& path, const std::string& text = "{}") const {
    const fs::path file = folder.path() / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  [[nodiscard]] InboxContent content(sys_seconds at = kDay + std::chrono::days(30)) const {
    archive::StorageReader storage(folder.path());
    InboxContent content;
    content.add(storage, at, refuse);
    return content;
  }
};

}  // namespace

TEST_CASE("parts of one batch wait together, since the first of them was seen") {
  const Inbox inbox;
  inbox.put("inbox/" + std::string(kBatch) + ".part-0001.json");
  inbox.put("inbox/" + std::string(kBatch) + ".part-0003-last.json");
  inbox.put("inbox/20240116T103000Z-y-3f9a1c08.json");
  inbox.put("inbox/whatever.json");
  inbox.put("inbox/.hidden.json");
  inbox.put(
      "waiting.json",
      R"({"schema_version":1,"parts":{"20240115T103000Z-x-3f9a1c07.part-0001.json":)"
      R"({"blob":"aa","since":"2024-01-16T00:00:00Z"},)"
      R"("20240115T103000Z-x-3f9a1c07.part-0003-last.json":{"since":"2024-01-18T00:00:00Z"}}})");
  const InboxContent content = inbox.content();
  CHECK(content.waiting_count() == 3);
  REQUIRE(content.waiting().size() == 3);
  const watch::WaitingBatch& first = content.waiting()[0];
  CHECK(first.batch_id == kBatch);
  CHECK(first.parts == 2);
  CHECK_FALSE(first.is_complete);
  CHECK(first.since == kDay + std::chrono::days(1));
  CHECK(content.waiting()[1].batch_id.empty());
  CHECK(content.waiting()[2].is_complete);
  CHECK_FALSE(inbox.content(kDay).waiting()[0].since);
}

TEST_CASE("what is wrong with waiting.json means that the time is not known") {
  const std::string part = std::string(kBatch) + ".part-0001.json";
  for (const std::string& text : {std::string(), std::string("["), std::string(R"({"parts":1})"),
                                  R"({"parts":{")" + part + R"(":{"since":1}}})",
                                  R"({"parts":{")" + part + R"(":{"since":"x"}}})",
                                  std::string(5'000'000, ' '), std::string(100'000, '[')}) {
    const Inbox inbox;
    inbox.put("inbox/" + part);
    inbox.put("waiting.json", text);
    CAPTURE(text.substr(0, 100));
    CHECK_FALSE(inbox.content().waiting().at(0).since);
  }
}

TEST_CASE("rejected payloads have the reason beside them, if it can be read") {
  const Inbox inbox;
  const std::string name = "rejected/" + std::string(kBatch);
  inbox.put(name + ".part-0001.json");
  inbox.put(name + ".part-0001.json.reason.json",
            R"({"batch_id":"20240115T103000Z-x-3f9a1c07","reason":"too large",)"
            R"("rejected_at":"2024-01-15T12:00:00Z","more":[1]})");
  inbox.put(name + ".part-0002-last.json");
  inbox.put(name + ".part-0002-last.json.reason.json", "{");
  inbox.put("rejected/odd~2");
  inbox.put("rejected/odd~2.reason.json", R"({"batch_id":null,"reason":"no JSON"})");
  const auto rejected = inbox.content().rejected();
  CHECK(rejected.count() == 2);
  const auto newest = rejected.newest();
  CHECK(newest[0].batch_id == kBatch);
  CHECK(newest[0].reason == "too large");
  CHECK(newest[0].processed_at == kDay + std::chrono::hours(12));
  CHECK(newest[1].batch_id.empty());
  CHECK(newest[1].reason == "no JSON");
  CHECK(inbox.content(kDay).rejected().count() == 1);
}

TEST_CASE("of many rejected batches the newest are kept") {
  RejectedBatches rejected;
  for (int i = 0; i < 1000; ++i)
    rejected.add({std::to_string(i), "p", "", kDay + seconds(i % 997)});
  CHECK(rejected.count() == 1000);
  CHECK(rejected.newest().size() == RejectedBatches::kMostKept);
  CHECK(rejected.newest().front().batch_id == "996");
  CHECK(rejected.find("996") != nullptr);
  CHECK(rejected.find("3") == nullptr);
}

TEST_CASE(
    "a checkout of an inbox branch is known by its folders, or the file that says what it is") {
  const Inbox inbox;
  const fs::path folder = inbox.folder.path();
  const TempDir other;
  const archive::StorageReader own(other.path());
  const auto storage = [&](const fs::path& path) -> std::string {
    const auto opened = open_inbox(path, "--inbox", own, refuse);
    return opened ? opened->root() : "";
  };
  CHECK(refuses("is not a checkout of an inbox branch", [&] { (void)storage(folder); }));
  CHECK(refuses("--inbox: there is no folder", [&] { (void)storage(folder / "none"); }));
  inbox.put("README.md");
  CHECK(storage(folder).empty());
  inbox.put("_storage/receipts/x");
  CHECK(storage(folder) == (folder / "_storage").string());
  CHECK(storage(folder / "_storage") == (folder / "_storage").string());
  CHECK_FALSE(open_inbox(folder, "--inbox", archive::StorageReader(folder / "_storage"), refuse));
  fs::rename(folder / "_storage", folder / "other");
  fs::create_symlink("other", folder / "_storage");
  CHECK(error_code_of([&] { (void)storage(folder); }) == ErrorCode::unsafe_path);
}
