#include "sender/deliver/receipts.hpp"

#include "sender/forge/github_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"

using namespace healthmetric;
using namespace std::chrono_literals;

namespace {

constexpr const char* kStored =
    R"({"status": "stored", "reason": null, "payloads": [], "files": [cut)";
constexpr const char* kRejected = R"({"status": "rejected", "reason": "too bad", "payloads": []})";

constexpr const char* kEarlyPartRejected =
    R"({"status": "rejected", "reason": "still missing: part 2", "payloads": [
        {"path": "inbox/20240115T103000Z-a-00000001.part-0001.json", "size": 3}]})";

struct Fixture {
  archive::Receipt wait(std::chrono::seconds time) {
    return deliver::wait_for_receipt(client, target, clock, progress, id, time);
  }

  std::optional<archive::Receipt> find() { return deliver::ReceiptFinder(client, target).find(id); }

  model::Target target{"https://api.example", "octo/data", "", model::Trigger::none};
  payload::BatchId id = payload::BatchId::parse("20240115T103000Z-a-00000001").value();
  FakeTransport inner;
  FakeClock clock;
  model::Progress progress;
  forge::GithubClient client{{inner, clock, progress, 300s},
                             {"https://api.example", "t", {"octo", "data"}, ""}};
};

}  // namespace

TEST_CASE("a receipt is read from the beginning of the summary") {
  Fixture fixture;
  fixture.inner.answer(200, kStored);
  const auto receipt = fixture.find();
  REQUIRE(receipt);
  CHECK(receipt->status == archive::BatchStatus::stored);
  CHECK(fixture.inner.sent.back().url.find(
            "/contents/_storage/summaries/2024/01/15/20240115T103000Z-a-00000001.json") !=
        std::string::npos);
  fixture.inner.answer(404);
  fixture.inner.answer(404);
  CHECK_FALSE(fixture.find());
}

TEST_CASE("a receipt is found where receivers of version 1 write it") {
  Fixture fixture;
  fixture.inner.answer(404);
  fixture.inner.answer(200, kStored);
  CHECK(deliver::is_stored(fixture.client, fixture.target, fixture.id));
  CHECK(fixture.inner.sent.back().url.find(
            "/contents/_storage/summaries/2024/01/20240115T103000Z-a-00000001.json") !=
        std::string::npos);
}

TEST_CASE("an invalid receipt is not a verdict") {
  Fixture fixture;
  fixture.inner.answer(200, "<html>log in</html>");
  fixture.inner.answer(200, "<html>log in</html>");
  CHECK(error_code_of([&] { fixture.find(); }) == ErrorCode::bad_payload);
  CHECK(error_code_of([&] { deliver::is_stored(fixture.client, fixture.target, fixture.id); }) ==
        ErrorCode::network);
}

TEST_CASE("waiting ends with the verdict and sends the entity tag") {
  Fixture fixture;
  fixture.inner.answer(404);                             // no summaries yet
  fixture.inner.answer(200, "[]", {{"etag", "\"1\""}});  // of another batch
  fixture.inner.answer(404);
  fixture.inner.answer(404);
  fixture.inner.answer(304, "");
  fixture.inner.answer(200, "[]", {{"etag", "\"2\""}});
  fixture.inner.answer(200, kRejected);
  const archive::Receipt receipt = fixture.wait(10min);
  CHECK(receipt.status == archive::BatchStatus::rejected);
  CHECK(receipt.reason == "too bad");
  CHECK(fixture.clock.sleeps.size() == 3);
  CHECK(fixture.clock.sleeps[1] > fixture.clock.sleeps[0]);
}

TEST_CASE("waiting ends on time") {
  Fixture fixture;
  for (int i = 0; i < 200; ++i) fixture.inner.answer(404);
  const auto begin = fixture.clock.now();
  CHECK(error_code_of([&] { fixture.wait(10min); }) == ErrorCode::timed_out);
  CHECK(fixture.clock.now() - begin == 10min);
  CHECK(fixture.inner.sent.size() < 35);
}

TEST_CASE("a failed request or a broken answer is not a verdict") {
  Fixture fixture;
  fixture.inner.answer(502);
  fixture.inner.fail();
  fixture.inner.answer(200, "[]");
  fixture.inner.answer(200, "{ cut");
  fixture.inner.answer(200, "[]");
  fixture.inner.answer(200, kStored);
  CHECK(fixture.wait(10min).status == archive::BatchStatus::stored);
}

TEST_CASE("a server that keeps failing is reported in time") {
  Fixture fixture;
  for (int i = 0; i < 100; ++i) fixture.inner.answer(502);
  const auto begin = fixture.clock.now();
  const auto error = error_of([&] { fixture.wait(60s); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::timed_out);
  CHECK(std::string(error->what()).find("HTTP 502") != std::string::npos);
  CHECK(fixture.clock.now() - begin <= 60s);
}

TEST_CASE("a token that may not read ends the wait") {
  Fixture fixture;
  fixture.inner.answer(401, R"({"message":"Bad credentials"})");
  CHECK(error_code_of([&] { fixture.wait(10min); }) == ErrorCode::unauthorized);
}

TEST_CASE("a rejection for missing parts is not final") {
  Fixture fixture;
  fixture.inner.answer(200, "[]", {{"etag", "\"1\""}});
  fixture.inner.answer(200, kEarlyPartRejected);
  fixture.inner.answer(304, "");
  fixture.inner.answer(200, "[]", {{"etag", "\"2\""}});
  fixture.inner.answer(200, kStored);
  CHECK(fixture.wait(10min).status == archive::BatchStatus::stored);
}

TEST_CASE("on an inbox branch the receipt of the newest day counts") {
  Fixture fixture;
  fixture.target.inbox_branch = "in";
  fixture.inner.answer(200, R"([{"name":"2023-12-31"},{"name":"2024-01-14"},{"name":"README.md"},
                                {"name":"2024-01-16"},{"name":"2024-01-15"}])");
  fixture.inner.answer(404);
  fixture.inner.answer(200, kStored);
  const auto receipt = fixture.find();
  REQUIRE(receipt);
  CHECK(receipt->status == archive::BatchStatus::stored);
  REQUIRE(fixture.inner.sent.size() == 3);
  CHECK(fixture.inner.sent.at(1).url.find(
            "_storage/receipts/2024-01-16/20240115T103000Z-a-00000001.json") != std::string::npos);
  CHECK(fixture.inner.sent.at(2).url.find("_storage/receipts/2024-01-15/") != std::string::npos);
}

TEST_CASE("no receipt is looked for among those written before the batch was packed") {
  Fixture fixture;
  fixture.target.inbox_branch = "in";
  fixture.inner.answer(200, R"([{"name":"2024-01-13"},{"name":"2024-01-14"}])");
  fixture.inner.answer(404);
  CHECK_FALSE(fixture.find());
  CHECK(fixture.inner.sent.size() == 2);
}

TEST_CASE("an inbox branch that holds the stored files has a summary for a receipt") {
  Fixture fixture;
  fixture.target.inbox_branch = "main";
  fixture.inner.answer(404);  // no receipts
  fixture.inner.answer(200, kRejected);
  const auto receipt = fixture.find();
  REQUIRE(receipt);
  CHECK(receipt->reason == "too bad");
}

TEST_CASE("waiting at an inbox branch asks for its receipts with the entity tag") {
  Fixture fixture;
  fixture.target.inbox_branch = "in";
  fixture.inner.answer(404);                             // no receipts yet,
  fixture.inner.answer(404);                             // and no summaries
  fixture.inner.answer(200, "[]", {{"etag", "\"1\""}});  // of another batch
  fixture.inner.answer(200, R"([{"name":"2024-01-15"}])");
  fixture.inner.answer(404);
  fixture.inner.answer(304, "");
  fixture.inner.answer(200, "[]", {{"etag", "\"2\""}});
  fixture.inner.answer(200, R"([{"name":"2024-01-15"}])");
  fixture.inner.answer(200, kStored);
  CHECK(fixture.wait(10min).status == archive::BatchStatus::stored);
}
