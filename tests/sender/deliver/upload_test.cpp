#include "sender/deliver/upload.hpp"

#include "common/text/json.hpp"
#include "sender/forge/github_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_forge.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;

namespace {

// GitHub's answer to a PUT of "x": its blob id is what `printf x | git hash-object --stdin` prints.
constexpr const char* kMade = R"({"content":{"sha":"c1b0730e0133447badcfd47fd144e254807b06e1"}})";

struct Fixture {
  explicit Fixture(model::Trigger trigger) : outbox(dir.path()) {
    entry.id = payload::BatchId::parse("20240115T103000Z-a-00000001").value();
    entry.batch_name = "a";
    entry.sender_host = "ws-12";
    entry.target = {"https://api.example", "octo/data", "side", trigger};
    entry.files = 5;
    entry.parts = {{entry.id.str() + ".part-0001.json", 1},
                   {entry.id.str() + ".part-0002-last.json", 1}};
    outbox::Draft draft = outbox.begin();
    for (const outbox::OutboxPart& part : entry.parts)
      platform::write_file_atomically(draft.folder() / part.filename, "x");
    outbox.commit(std::move(draft), entry);
  }

  /// The messages of the commits that were made.
  std::vector<std::string> messages() const {
    std::vector<std::string> found;
    for (const auto& sent : transport.sent) {
      if (sent.method == "PUT")
        found.push_back(text::string_member(text::parse_json(sent.body, "x"), "message"));
    }
    return found;
  }

  TempDir dir;
  outbox::Outbox outbox;
  outbox::OutboxEntry entry;
  FakeTransport transport;
  FakeClock clock;
  model::Progress progress;
  forge::GithubClient client{{transport, clock, progress},
                             {"https://api.example", "t", {"octo", "data"}, "side"}};
};

bool starts_no_run(const std::string& message) {
  return message.find("[skip ci]") != std::string::npos;
}

}  // namespace

TEST_CASE("a dispatch starts the one run of a batch and points to it") {
  Fixture fixture(model::Trigger::dispatch);
  fixture.transport.answer(201, kMade);
  fixture.transport.answer(201, kMade);
  fixture.transport.answer(204, "");
  deliver::upload_batch(fixture.client, fixture.entry, deliver::Begun::no, fixture.progress);
  for (const std::string& message : fixture.messages()) CHECK(starts_no_run(message));
  const text::Json event = text::parse_json(fixture.transport.sent.back().body, "event");
  const text::Json expected = {{"batch_id", "20240115T103000Z-a-00000001"},
                               {"batch_name", "a"},
                               {"total_files", 5},
                               {"parts", 2},
                               {"ref", "side"},
                               {"sender_host", "ws-12"}};
  CHECK(event["client_payload"].dump() == expected.dump());
}

TEST_CASE("with push as the trigger only the last commit starts a run") {
  Fixture fixture(model::Trigger::push);
  fixture.transport.answer(201, kMade);
  fixture.transport.answer(201, kMade);
  deliver::upload_batch(fixture.client, fixture.entry, deliver::Begun::no, fixture.progress);
  REQUIRE(fixture.messages().size() == 2);
  CHECK(starts_no_run(fixture.messages()[0]));
  CHECK_FALSE(starts_no_run(fixture.messages()[1]));
  CHECK(fixture.transport.sent.size() == 2);
}

TEST_CASE("a workflow can be started by name") {
  Fixture fixture(model::Trigger::workflow);
  fixture.transport.answer(201, kMade);
  fixture.transport.answer(201, kMade);
  fixture.transport.answer(204, "");
  deliver::upload_batch(fixture.client, fixture.entry, deliver::Begun::no, fixture.progress);
  CHECK(text::string_member(text::parse_json(fixture.transport.sent.back().body, "x"), "ref") ==
        "side");
}

TEST_CASE("without a trigger nothing is started") {
  Fixture fixture(model::Trigger::none);
  fixture.transport.answer(201, kMade);
  fixture.transport.answer(201, kMade);
  deliver::upload_batch(fixture.client, fixture.entry, deliver::Begun::no, fixture.progress);
  CHECK(fixture.transport.sent.size() == 2);
}

TEST_CASE("a part that is delivered is not sent again") {
  Fixture fixture(model::Trigger::dispatch);
  fixture.transport.answer(201, kMade);
  fixture.transport.fail();
  CHECK(error_code_of([&] {
          deliver::upload_batch(fixture.client, fixture.entry, deliver::Begun::no,
                                fixture.progress);
        }) == ErrorCode::network);

  auto entries = fixture.outbox.waiting_for(fixture.entry.target);
  REQUIRE(entries.size() == 1);
  CHECK(entries.front().parts[0].delivered);
  CHECK_FALSE(entries.front().parts[1].delivered);
  fixture.transport.sent.clear();
  SECTION("and the next is asked for, because nobody knows whether it was") {
    fixture.transport.answer(404);  // the payload
    fixture.transport.answer(404);  // a receipt
    fixture.transport.answer(404);  // one of version 1
    fixture.transport.answer(201, kMade);
    fixture.transport.answer(204, "");
    deliver::upload_batch(fixture.client, entries.front(), deliver::Begun::perhaps,
                          fixture.progress);
    REQUIRE(fixture.transport.sent.size() == 5);
    CHECK(fixture.transport.sent[0].method == "GET");
    CHECK(fixture.transport.sent[1].url.find("/_storage/summaries/2024/01/15/") !=
          std::string::npos);
    CHECK(fixture.transport.sent[3].url.find("part-0002-last") != std::string::npos);
  }
  SECTION("nor is one that arrived before it could be recorded") {
    fixture.transport.answer(200, R"({"sha":"c1b0730e0133447badcfd47fd144e254807b06e1"})");
    fixture.transport.answer(204, "");
    deliver::upload_batch(fixture.client, entries.front(), deliver::Begun::perhaps,
                          fixture.progress);
    CHECK(fixture.messages().empty());
  }
  SECTION("nor is one that was received by now") {
    fixture.transport.answer(404);
    fixture.transport.answer(200, R"({"status": "stored", "reason": null, "payloads": []})");
    fixture.transport.answer(204, "");
    deliver::upload_batch(fixture.client, entries.front(), deliver::Begun::perhaps,
                          fixture.progress);
    CHECK(fixture.messages().empty());
  }
  SECTION("but it is when the receiver rejected what came first") {
    fixture.transport.answer(404);
    fixture.transport.answer(200, R"({"status": "rejected", "reason": "late", "payloads": []})");
    fixture.transport.answer(201, kMade);
    fixture.transport.answer(204, "");
    deliver::upload_batch(fixture.client, entries.front(), deliver::Begun::perhaps,
                          fixture.progress);
    CHECK(fixture.messages().size() == 1);
  }
}

TEST_CASE("after a failed dispatch the next run repeats only the dispatch") {
  Fixture fixture(model::Trigger::dispatch);
  fixture.transport.answer(201, kMade);
  fixture.transport.answer(201, kMade);
  fixture.transport.answer(403, R"({"message":"no"})");
  CHECK(error_code_of([&] {
          deliver::upload_batch(fixture.client, fixture.entry, deliver::Begun::no,
                                fixture.progress);
        }) == ErrorCode::unauthorized);
  auto entries = fixture.outbox.waiting_for(fixture.entry.target);
  REQUIRE(entries.size() == 1);
  fixture.transport.sent.clear();
  fixture.transport.answer(204, "");
  deliver::upload_batch(fixture.client, entries.front(), deliver::Begun::perhaps, fixture.progress);
  REQUIRE(fixture.transport.sent.size() == 1);
  CHECK(fixture.transport.sent[0].method == "POST");
}

TEST_CASE("a payload that was truncated on disk is not sent") {
  Fixture fixture(model::Trigger::none);
  const auto payload = fixture.entry.folder / fixture.entry.parts[0].filename;
  SECTION("some") {
    std::filesystem::resize_file(payload, 0);
  }
  SECTION("all") {
    std::filesystem::remove(payload);
  }
  const auto error = error_of([&] {
    deliver::upload_batch(fixture.client, fixture.entry, deliver::Begun::no, fixture.progress);
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::io);
  CHECK(std::string(error->what()).find(fixture.entry.parts[0].filename) != std::string::npos);
  CHECK(fixture.transport.sent.empty());
}

TEST_CASE("parts are created in the inbox one after the other, and then the workflow is started") {
  Fixture fixture(model::Trigger::workflow);
  FakeForge forge;
  deliver::upload_batch(forge, fixture.entry, deliver::Begun::no, fixture.progress);
  CHECK(forge.created ==
        std::vector<std::string>{"_storage/inbox/" + fixture.entry.parts[0].filename,
                                 "_storage/inbox/" + fixture.entry.parts[1].filename});
  CHECK(forge.asked.empty());
  REQUIRE(forge.starts.size() == 1);
  CHECK(forge.starts[0].trigger == model::Trigger::workflow);
  CHECK(forge.starts[0].branch == "side");
  CHECK(forge.starts[0].batch["batch_id"] == fixture.entry.id.str());
}

TEST_CASE("of an interrupted batch, only the first unrecorded part is looked for") {
  Fixture fixture(model::Trigger::none);
  FakeForge forge;
  const std::string first = "_storage/inbox/" + fixture.entry.parts[0].filename;
  const bool is_there = GENERATE(true, false);
  if (is_there) forge.files[first] = "x";
  deliver::upload_batch(forge, fixture.entry, deliver::Begun::perhaps, fixture.progress);
  CHECK(forge.asked == std::vector<std::string>{first});
  CHECK(forge.created.size() == (is_there ? 1U : 2U));
  CHECK(fixture.entry.delivered_parts() == 2);
}

TEST_CASE("a part whose batch is stored by now is not created again") {
  Fixture fixture(model::Trigger::none);
  FakeForge forge;
  forge.files["_storage/summaries/2024/01/15/" + fixture.entry.id.str() + ".json"] =
      R"({"status":"stored","payloads":[]})";
  deliver::upload_batch(forge, fixture.entry, deliver::Begun::perhaps, fixture.progress);
  CHECK(forge.created ==
        std::vector<std::string>{"_storage/inbox/" + fixture.entry.parts[1].filename});
}
