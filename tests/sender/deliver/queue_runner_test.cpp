#include "sender/deliver/queue_runner.hpp"

#include "common/base/format.hpp"
#include "sender/forge/github_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
using namespace std::chrono_literals;

namespace {

// GitHub's answer to a PUT of "x".
constexpr const char* kMade = R"({"content":{"sha":"c1b0730e0133447badcfd47fd144e254807b06e1"}})";

struct Fixture {
  Fixture() {
    for (int i = 1; i <= 3; ++i) queue(i);
  }

  static std::string id(int number) { return fmt::format("20240115T103000Z-a-{:08x}", number); }

  void queue(int number) {
    outbox::OutboxEntry entry;
    entry.id = payload::BatchId::parse(id(number)).value();
    entry.target = target;
    entry.parts = {{entry.id.str() + ".json", 1}};
    entry.queued_at = clock.now() + std::chrono::milliseconds(number);
    outbox::Draft draft = outbox.begin();
    platform::write_file_atomically(draft.folder() / entry.parts.front().filename, "x");
    outbox.commit(std::move(draft), entry);
  }

  /// What a batch of an earlier run is asked before it is sent, and what makes it arrive.
  void let_arrive() {
    let_be_missing();
    inner.answer(201, kMade);
  }
  void let_fail(int status) {
    let_be_missing();
    inner.answer(status);
  }
  /// The payload, and a receipt in both places.
  void let_be_missing() {
    for (int i = 0; i < 3; ++i) inner.answer(404);
  }

  std::size_t waiting() const { return outbox.waiting_for(target).size(); }

  TempDir dir;
  FakeTransport inner;
  FakeClock clock;
  model::Progress progress;
  model::Target target{"https://api.example", "octo/data", "", model::Trigger::none};
  outbox::Outbox outbox{dir.path()};
  forge::GithubClient client{{inner, clock, progress},
                             {"https://api.example", "t", {"octo", "data"}, ""}};
  deliver::QueueRunner queue_runner{client, outbox, clock, progress, target, ""};
};

}  // namespace

TEST_CASE("all waiting batches are delivered, oldest first") {
  Fixture fixture;
  for (int i = 0; i < 3; ++i) fixture.let_arrive();
  std::vector<std::string> delivered;
  fixture.queue_runner.on_delivered(
      [&](const outbox::OutboxEntry& entry) { delivered.push_back(entry.id.str()); });
  CHECK(fixture.queue_runner.run(0s));
  CHECK(fixture.queue_runner.status() == program::ExitStatus::success);
  CHECK(delivered == std::vector{Fixture::id(1), Fixture::id(2), Fixture::id(3)});
  CHECK(fixture.waiting() == 0);
}

TEST_CASE("a batch that the server fails on does not block the others") {
  Fixture fixture;
  fixture.let_fail(502);
  fixture.let_arrive();
  fixture.let_arrive();
  fixture.queue_runner.run(0s);
  CHECK(fixture.queue_runner.status() == program::ExitStatus::network);
  CHECK(fixture.queue_runner.result_of(Fixture::id(1)) == deliver::QueueRunner::Result::waits);
  CHECK(fixture.queue_runner.result_of(Fixture::id(2)) == deliver::QueueRunner::Result::delivered);
  const auto left = fixture.outbox.waiting_for(fixture.target);
  REQUIRE(left.size() == 1);
  CHECK(left.front().last_error.find("HTTP 502") != std::string::npos);
}

TEST_CASE("a server that fails on two batches is not asked about the third") {
  Fixture fixture;
  fixture.let_fail(502);
  fixture.let_fail(502);
  fixture.queue_runner.run(0s);
  CHECK(fixture.waiting() == 3);
  CHECK(fixture.inner.sent.size() == 8);
}

TEST_CASE("an error that concerns every batch ends the run at once") {
  const int status = GENERATE(401, 403, 429);
  Fixture fixture;
  fixture.inner.answer(status);
  fixture.queue_runner.run(0s);
  CHECK(fixture.waiting() == 3);
  CHECK(fixture.inner.sent.size() == 1);
}

TEST_CASE("a refused batch is set aside and the others go") {
  Fixture fixture;
  fixture.let_fail(451);
  fixture.let_arrive();
  fixture.let_arrive();
  fixture.queue_runner.run(0s);
  CHECK(fixture.queue_runner.status() == program::ExitStatus::refused);
  CHECK(fixture.waiting() == 0);
  CHECK(fixture.outbox.entries(outbox::Waiting::refused).size() == 1);
}

TEST_CASE("batches queued while the lock is held are delivered, too") {
  Fixture fixture;
  for (int i = 0; i < 4; ++i) fixture.let_arrive();
  bool is_queued = false;
  fixture.queue_runner.on_delivered([&](const outbox::OutboxEntry&) {
    if (!is_queued) fixture.queue(4);
    is_queued = true;
  });
  CHECK(fixture.queue_runner.run(0s));
  CHECK(fixture.waiting() == 0);
}

TEST_CASE("after --lock-wait the holder of the lock is named") {
  Fixture fixture;
  std::string holder;
  const auto lock = fixture.outbox.try_lock(holder);
  REQUIRE(lock);
  const auto begin = fixture.clock.now();
  CHECK_FALSE(fixture.queue_runner.run(5s));
  CHECK(fixture.clock.now() - begin == 5s);
  CHECK(fixture.queue_runner.status() == program::ExitStatus::busy);
  CHECK(fixture.inner.sent.empty());
}

TEST_CASE("only the batches named are delivered") {
  Fixture fixture;
  fixture.let_arrive();
  fixture.queue_runner.restrict_to({Fixture::id(2)});
  CHECK(fixture.queue_runner.run(0s));
  CHECK(fixture.waiting() == 2);
  CHECK(fixture.queue_runner.results().size() == 1);
}
