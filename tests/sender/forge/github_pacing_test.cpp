#include "sender/forge/github_pacing.hpp"

#include <vector>

#include "tests/support/catch.hpp"

using namespace healthmetric;
using namespace std::chrono_literals;

namespace {

/// The turns of a sender that always wants to write, from the epoch's second day on.
std::vector<platform::Clock::time_point> greedy_turns(std::size_t count) {
  forge::WritePacer pacer;
  std::vector<platform::Clock::time_point> turns;
  platform::Clock::time_point now{std::chrono::days(1)};
  while (turns.size() < count) turns.push_back(now = pacer.next_turn(now));
  return turns;
}

/// The most turns that lie within one `period`.
std::size_t most_within(const std::vector<platform::Clock::time_point>& turns,
                        platform::Clock::duration period) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < turns.size(); ++last) {
    while (turns[last] - turns[first] >= period) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

}  // namespace

TEST_CASE("ten writes are made at once, then as many as the limits allow") {
  struct Row {
    std::uint64_t writes;
    long long seconds;
  };
  for (const auto& [writes, seconds] :
       {Row{0, 0}, Row{1, 0}, Row{10, 0}, Row{11, 1}, Row{90, 69}, Row{250, 206}, Row{500, 421},
        Row{501, 3600}, Row{1001, 7200}, Row{1100, 7278}}) {
    INFO(writes);
    CHECK(forge::least_duration(writes).count() == seconds);
  }
}

TEST_CASE("writes stay within GitHub's limits for each minute and hour") {
  const auto turns = greedy_turns(1700);
  CHECK(most_within(turns, 1min) < forge::kWritesPerMinute);
  CHECK(most_within(turns, 1h) == forge::kWritesPerHour);
}

TEST_CASE("after a pause ten writes may be made at once again") {
  forge::WritePacer pacer;
  platform::Clock::time_point now{std::chrono::days(1)};
  for (int i = 0; i < 15; ++i) now = pacer.next_turn(now);
  now += 1min;
  for (int i = 0; i < 10; ++i) CHECK(pacer.next_turn(now) == now);
  CHECK(pacer.next_turn(now) > now);
}
