#include "sender/outbox/entry.hpp"

#include "common/text/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

namespace {

constexpr const char* kId = "20240115T103000Z-ws-00000001";

outbox::OutboxEntry full_entry() {
  outbox::OutboxEntry entry;
  entry.id = payload::BatchId::parse(kId).value();
  entry.batch_name = "name \"with\" quotes";
  entry.sender_host = "ws-12";
  entry.target = {"https://api.example", "octo/data", "main", model::Trigger::workflow, "inbox"};
  entry.files = 3;
  entry.size_bytes = 5'000'000'000;
  entry.parts = {{std::string(kId) + ".part-0001.json", 4'000'000'000, true},
                 {std::string(kId) + ".part-0002-last.json", 1'000'000'001, false}};
  entry.queued_at = platform::Clock::time_point(std::chrono::microseconds(1'705'314'600'123'456));
  entry.delivered_at = entry.queued_at + std::chrono::hours(1);
  entry.last_error = "HTTP 502";
  return entry;
}

text::Json json_of(const outbox::OutboxEntry& entry) {
  return text::parse_json(outbox::to_text(entry), "entry");
}

void check_is_damaged(const text::Json& json) {
  const auto error =
      error_of([&] { (void)outbox::parse_outbox_entry(text::to_text(json), "in/folder"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::bad_payload);
  CHECK(std::string(error->what()).starts_with("entry.json is damaged"));
}

}  // namespace

TEST_CASE("an entry is read as it was written") {
  const outbox::OutboxEntry entry = full_entry();
  const outbox::OutboxEntry read = outbox::parse_outbox_entry(outbox::to_text(entry), "in/folder");
  CHECK(read.id.str() == kId);
  CHECK(read.batch_name == entry.batch_name);
  CHECK(read.sender_host == entry.sender_host);
  CHECK(read.target == entry.target);
  CHECK(read.files == entry.files);
  CHECK(read.size_bytes == entry.size_bytes);
  CHECK(read.queued_at == entry.queued_at);
  CHECK(read.delivered_at == entry.delivered_at);
  CHECK(read.last_error == entry.last_error);
  CHECK(read.folder == "in/folder");
  REQUIRE(read.parts.size() == 2);
  CHECK(read.parts[1].filename == entry.parts[1].filename);
  CHECK(read.delivered_parts() == 1);
  CHECK(read.payload_bytes() == 5'000'000'001);
}

TEST_CASE("an entry of a later version is not read") {
  text::Json json = json_of(full_entry());
  json["version"] = 3;
  check_is_damaged(json);
}

TEST_CASE("an entry that lacks a value of its target or of a part is damaged") {
  text::Json json = json_of(full_entry());
  SECTION("target") {
    json["target"].erase(GENERATE("api_url", "repository", "branch", "trigger"));
    check_is_damaged(json);
  }
  SECTION("part") {
    json["parts"][1].erase(GENERATE("file", "size", "delivered"));
    check_is_damaged(json);
  }
}
