#include "sender/progress.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"

using namespace healthmetric;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMiBBytes = std::uint64_t{1024} * 1024;

ProgressState sending() {
  ProgressState state;
  state.step = {Step::Phase::sending, 2, 5, 20 * kMiBBytes};
  state.done_bytes = 9 * kMiBBytes;
  state.bytes_per_second = 1.0 * kMiBBytes;
  return state;
}

/// What a line of progress wrote, on a clock that moves by hand.
struct Screen {
  FakeClock clock;
  std::vector<std::string> writes;
  unsigned columns = 80;

  std::unique_ptr<ProgressLine> line() {
    return std::make_unique<ProgressLine>(
        clock, [this](const std::string& text) { writes.push_back(text); },
        [this] { return columns; });
  }
};

}  // namespace

TEST_CASE("a line shows phase, part, bytes, rate and time left as far as they fit") {
  CHECK(render(sending(), 80) ==
        "sending part 2 of 5  45%  9.0 MiB of 20.0 MiB  1.0 MiB/s  ETA 0:11");
  CHECK(render(sending(), 40) == "2/5  45%  9.0 MiB  1.0 MiB/s  0:11");
  CHECK(render(sending(), 30) == "2/5 45% 1.0 MiB/s 0:11");
  CHECK(render(sending(), 15) == "2/5 45% 0:11");
  CHECK(render(sending(), 10) == "2/5 45%");
  CHECK(render(sending(), 5) == "45%");
  CHECK(render(sending(), 1).empty());
}

TEST_CASE("no line is as wide as the terminal") {
  for (const Step::Phase phase :
       {Step::Phase::packing, Step::Phase::sending, Step::Phase::starting}) {
    for (unsigned columns = 1; columns < 120; ++columns) {
      ProgressState state;
      state.step = {phase, 1234, 5678, 999 * kMiBBytes};
      state.done_bytes = 998 * kMiBBytes;
      state.bytes_per_second = 0.001;
      CHECK(render(state, columns).size() < columns);
      state.waiting_until = FakeClock().now();
      CHECK(render(state, columns).size() < columns);
    }
  }
}

TEST_CASE("what nobody knows yet is not made up") {
  ProgressState state;
  state.step = {Step::Phase::packing};
  CHECK(render(state, 80) == "packing  0%  0 B of 0 B  -- B/s  ETA --");
}

TEST_CASE("a wait says until when") {
  ProgressState state = sending();
  state.waiting_until = FakeClock().now() + 90s;
  CHECK(render(state, 80) == "waiting until 2024-01-15T10:01:30Z");
  CHECK(render(state, 30) == "waiting until 10:01:30Z");
}

TEST_CASE("it is drawn ten times a second at most") {
  Screen screen;
  const auto line = screen.line();
  line->begin({Step::Phase::packing, 0, 0, 1000});
  for (std::uint64_t done = 0; done < 1000; ++done) {
    line->at(done, 1000);
    screen.clock.sleep_for(1ms);
  }
  CHECK(screen.writes.size() <= 10);
  CHECK(screen.writes.size() >= 7);
}

TEST_CASE("a wait is shown at once") {
  Screen screen;
  const auto line = screen.line();
  line->begin({Step::Phase::sending, 1, 2, 100});
  line->wait_until(screen.clock.now() + 90s);
  CHECK(screen.writes.back() == "\rwaiting until 2024-01-15T10:01:30Z\x1b[K");
}

TEST_CASE("it leaves nothing behind") {
  Screen screen;
  {
    const auto line = screen.line();
    line->begin({Step::Phase::packing, 0, 0, 10});
    line->erase();
    CHECK(screen.writes.back() == "\r\x1b[K");
    screen.clock.sleep_for(1s);
    line->at(5, 10);
    CHECK(screen.writes.back().starts_with("\rpacking  50%"));
  }
  CHECK(screen.writes.back() == "\r\x1b[K");
}

TEST_CASE("a terminal that was made narrower gets a shorter line") {
  Screen screen;
  const auto line = screen.line();
  line->begin({Step::Phase::sending, 1, 2, 100});
  screen.columns = 14;
  screen.clock.sleep_for(1s);
  line->at(50, 100);
  CHECK(screen.writes.back() == "\r1/2 50% 0:01\x1b[K");
}

TEST_CASE("where nothing can be redrawn a message comes every half a minute") {
  FakeClock clock;
  std::vector<std::string> said;
  ProgressMessages messages(clock, [&](const std::string& text) { said.push_back(text); });
  messages.begin({Step::Phase::sending, 2, 5});
  for (int second = 0; second < 75; ++second) {
    messages.at(512, 1024);
    clock.sleep_for(1s);
  }
  CHECK(said == std::vector<std::string>(2, "sending part 2 of 5: 512 B of 1.0 KiB (50%)"));
}
