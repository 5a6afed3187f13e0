#include "receiver/watch/producer_states.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace healthmetric;
using archive::BatchStatus;
using archive::RecordedBatch;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using watch::Expectation;
using watch::ProducerStates;
using watch::ProducerStatus;
using watch::Rhythm;
using watch::State;
using watch::WatchSettings;

namespace {

constexpr sys_seconds kNow{seconds(1'704'067'200)};  // 2024-01-01

RecordedBatch batch(sys_seconds processed_at, const std::string& producer = "ws",
                    std::uint64_t files = 1) {
  RecordedBatch batch;
  batch.producer.id = producer;
  batch.producer.instance = "aa";
  batch.processed_at = processed_at;
  batch.total_files = files;
  return batch;
}

struct Watched {
  std::vector<RecordedBatch> batches;
  std::optional<WatchSettings> settings;
  sys_seconds at = kNow;
  sys_seconds now = kNow;

  [[nodiscard]] std::vector<ProducerStatus> all() const {
    ProducerStates states(at, now);
    for (const RecordedBatch& each : batches) states.add(each);
    return states.states(settings);
  }
  [[nodiscard]] ProducerStatus only() const {
    const auto states = all();
    REQUIRE(states.size() == 1);
    return states[0];
  }
};

std::vector<RecordedBatch> every_day(int count, sys_seconds last) {
  std::vector<RecordedBatch> batches;
  for (int day = 0; day < count; ++day) batches.push_back(batch(last - days(day)));
  return batches;
}

WatchSettings listing(const std::string& producer, Expectation expected) {
  WatchSettings settings;
  settings.producers[producer] = expected;
  return settings;
}

const Expectation kDaily{days(1), hours(12), false};

}  // namespace

TEST_CASE("a listed producer is ok, late and then silent") {
  struct Row {
    seconds age;
    State state;
  };
  for (const Row& row :
       {Row{seconds(0), State::ok}, Row{days(1), State::ok}, Row{days(1) + seconds(1), State::late},
        Row{hours(36), State::late}, Row{hours(36) + seconds(1), State::silent},
        Row{days(3000), State::silent}}) {
    const auto status = Watched{{batch(kNow - row.age)}, listing("ws", kDaily)}.only();
    CAPTURE(row.age.count());
    CHECK(status.state == row.state);
    CHECK(status.rhythm->source == Rhythm::Source::listed);
  }
}

TEST_CASE("a producer that is listed and never sent anything was never seen") {
  const auto status = Watched{{}, listing("ws", kDaily)}.only();
  CHECK(status.state == State::never_seen);
  CHECK(status.rhythm->every == days(1));
  CHECK_FALSE(status.last_contact);
  CHECK(Watched{{}, listing("ws", {})}.only().state == State::never_seen);
}

TEST_CASE("a producer that is to be ignored is, whatever it does") {
  const Expectation ignored{days(1), {}, true};
  CHECK(Watched{{batch(kNow - days(9))}, listing("ws", ignored)}.only().state == State::ignored);
  CHECK(Watched{{}, listing("ws", ignored)}.only().state == State::ignored);
}

TEST_CASE("a producer without a section has the defaults, else it is unexpected") {
  WatchSettings settings;
  CHECK(Watched{{batch(kNow)}, settings}.only().state == State::unexpected);
  settings.others = Expectation{days(7), {}, false};
  const auto status = Watched{{batch(kNow - days(8))}, settings}.only();
  CHECK(status.state == State::late);
  CHECK(status.rhythm->source == Rhythm::Source::defaults);
  CHECK(status.rhythm->grace == days(7));
  CHECK(Watched{{batch(kNow - days(15))}, settings}.only().state == State::silent);
  settings.others = Expectation{{}, {}, true};
  CHECK(Watched{{batch(kNow - days(15))}, settings}.only().state == State::ignored);
}

TEST_CASE("a section without a time takes the default's, and may have its own grace") {
  WatchSettings settings = listing("ws", {{}, hours(1), false});
  settings.others = kDaily;
  const auto status = Watched{{batch(kNow - hours(26))}, settings}.only();
  CHECK(status.rhythm->every == days(1));
  CHECK(status.rhythm->grace == hours(1));
  CHECK(status.state == State::silent);
}

TEST_CASE("a rhythm is learned from five contacts, and not from fewer") {
  CHECK(Watched{every_day(4, kNow)}.only().state == State::new_here);
  const auto status = Watched{every_day(5, kNow)}.only();
  CHECK(status.state == State::ok);
  REQUIRE(status.rhythm);
  CHECK(status.rhythm->source == Rhythm::Source::learned);
  CHECK(status.rhythm->every == days(1));
  CHECK(status.rhythm->grace == days(1));
  CHECK(Watched{every_day(5, kNow - hours(30))}.only().state == State::late);
  CHECK(Watched{every_day(5, kNow - hours(49))}.only().state == State::silent);
}

TEST_CASE("contacts within an hour count as one for a rhythm") {
  std::vector<RecordedBatch> batches;
  for (int minute = 0; minute < 50; ++minute) batches.push_back(batch(kNow + minutes(minute)));
  CHECK(Watched{batches, {}, kNow + hours(1)}.only().state == State::new_here);
  CHECK(Watched{batches, {}, kNow + hours(1)}.only().batches == 50);
}

TEST_CASE("weekends belong to a rhythm, one long pause does not") {
  std::vector<RecordedBatch> weekdays;
  for (int day = 0; day < 60; ++day) {
    if (day % 7 < 5) weekdays.push_back(batch(kNow - days(day)));
  }
  CHECK(Watched{weekdays}.only().rhythm->every == days(3));
  std::vector<RecordedBatch> paused = every_day(12, kNow);
  for (const RecordedBatch& each : every_day(12, kNow - days(50))) paused.push_back(each);
  CHECK(Watched{paused}.only().rhythm->every == days(1));
}

TEST_CASE("a rhythm is that of the latest contacts, in whatever order the summaries come") {
  std::vector<RecordedBatch> batches = every_day(200, kNow - days(100));
  for (int hour = 0; hour < 100; ++hour) batches.push_back(batch(kNow - hours(hour)));
  CHECK(Watched{batches}.only().rhythm->every == hours(1));
  std::reverse(batches.begin(), batches.end());
  CHECK(Watched{batches}.only().rhythm->every == hours(1));
}

TEST_CASE("what was processed later than the time that is asked for does not count") {
  const Watched watched{every_day(10, kNow), listing("ws", kDaily), kNow - days(20), kNow};
  CHECK(watched.only().state == State::never_seen);
  const Watched earlier{every_day(10, kNow), listing("ws", kDaily), kNow - days(3), kNow};
  CHECK(earlier.only().last_contact == kNow - days(3));
  CHECK(earlier.only().batches == 7);
}

TEST_CASE("summaries from the future are counted and hide no silence") {
  ProducerStates states(kNow, kNow);
  states.add(batch(kNow - days(9)));
  states.add(batch(kNow + days(1)));
  states.add(batch(kNow + minutes(6)));
  CHECK(states.from_the_future() == 2);
  CHECK(states.states(listing("ws", kDaily)).at(0).state == State::silent);
  ProducerStates tolerant(kNow, kNow);
  tolerant.add(batch(kNow + minutes(4)));
  CHECK(tolerant.from_the_future() == 0);
  CHECK(tolerant.states(listing("ws", kDaily)).at(0).state == State::ok);
}

TEST_CASE("only a batch with files that was stored is a new file") {
  RecordedBatch rejected = batch(kNow);
  rejected.status = BatchStatus::rejected;
  const auto status =
      Watched{{batch(kNow - days(3)), batch(kNow - days(1), "ws", 0), rejected}}.only();
  CHECK(status.last_contact == kNow);
  CHECK(status.last_file == kNow - days(3));
  CHECK(status.batches == 3);
}

TEST_CASE("a rejected payload that nobody is known to have sent makes no producer") {
  RecordedBatch rejected = batch(kNow, std::string(archive::kUnknownProducer));
  rejected.status = BatchStatus::rejected;
  CHECK(Watched{{rejected}}.all().empty());
}

TEST_CASE("instances are those in use before the last contact") {
  std::vector<RecordedBatch> batches = {batch(kNow - days(40)), batch(kNow)};
  batches[0].producer.instance = "old";
  CHECK(Watched{batches}.only().instances == 1);
  batches[0].processed_at = kNow - days(20);
  CHECK(Watched{batches}.only().instances == 2);
  batches[0].producer.instance = batches[1].producer.instance = "";
  CHECK(Watched{batches}.only().instances == 0);
}

TEST_CASE("version, system and token are those of the latest batch that names its sender") {
  std::vector<RecordedBatch> batches = {batch(kNow), batch(kNow - days(1)), batch(kNow - days(2))};
  batches[1].sender = payload::SenderIdentity{"h", "u", "0.2.0", "Linux 6", kNow + days(5)};
  batches[2].sender = payload::SenderIdentity{"h", "u", "0.1.0", "Linux 5", {}};
  const auto status = Watched{batches}.only();
  CHECK(status.sender_version == "0.2.0");
  CHECK(status.os == "Linux 6");
  CHECK(status.token_expires == kNow + days(5));
}

TEST_CASE("there is an end to the producers that are kept, and to the length of their names") {
  ProducerStates states(kNow, kNow);
  for (std::size_t i = 0; i < ProducerStates::kMaxProducers + 3; ++i) {
    states.add(batch(kNow, "p" + std::to_string(i)));
  }
  CHECK(states.states({}).size() == ProducerStates::kMaxProducers);
  CHECK(states.uncounted() == 3);
  CHECK(Watched{{batch(kNow, std::string(10'000, 'x'))}}.only().producer.size() == 200);
}

TEST_CASE("producers are sorted, those that never came among them") {
  WatchSettings settings = listing("b", kDaily);
  settings.others = kDaily;
  const auto states = Watched{{batch(kNow, "c"), batch(kNow, "a")}, settings}.all();
  REQUIRE(states.size() == 3);
  CHECK(states[1].producer == "b");
  CHECK(states[1].state == State::never_seen);
}
