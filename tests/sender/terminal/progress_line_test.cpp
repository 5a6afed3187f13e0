#include "sender/terminal/progress_line.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"

using namespace healthmetric;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMiBBytes = std::uint64_t{1024} * 1024;

terminal::ProgressState sending() {
  terminal::ProgressState state;
  state.step = {model::Step::Phase::sending, 2, 5, 20 * kMiBBytes};
  state.done_bytes = 9 * kMiBBytes;
  state.bytes_per_second = 1.0 * kMiBBytes;
  return state;
}

/// What a line of progress wrote, on a clock that moves by hand.
struct Screen {
  FakeClock clock;
  std::vector<std::string> writes;
  unsigned columns = 80;

  std::unique_ptr<terminal::ProgressLine> line() {
    return std::make_unique<terminal::ProgressLine>(
        clock, [this](const std::string& text) { writes.push_back(text); },
        [this] { return columns; });
  }
};

}  // namespace

TEST_CASE("a line shows phase, part, bytes, rate and time left as far as they fit") {
  CHECK(terminal::render(sending(), 80) ==
        "sending part 2 of 5  45%  9.0 MiB of 20.0 MiB  1.0 MiB/s  ETA 0:11");
  CHECK(terminal::render(sending(), 40) == "2/5  45%  9.0 MiB  1.0 MiB/s  0:11");
  CHECK(terminal::render(sending(), 30) == "2/5 45% 1.0 MiB/s 0:11");
  CHECK(terminal::render(sending(), 15) == "2/5 45% 0:11");
  CHECK(terminal::render(sending(), 10) == "2/5 45%");
  CHECK(terminal::render(sending(), 5) == "45%");
  CHECK(terminal::render(sending(), 1).empty());
}

TEST_CASE("progress lines are narrower than the terminal") {
  for (const model::Step::Phase phase :
       {model::Step::Phase::packing, model::Step::Phase::sending, model::Step::Phase::starting}) {
    for (unsigned columns = 1; columns < 120; ++columns) {
      terminal::ProgressState state;
      state.step = {phase, 1234, 5678, 999 * kMiBBytes};
      state.done_bytes = 998 * kMiBBytes;
      state.bytes_per_second = 0.001;
      CHECK(terminal::render(state, columns).size() < columns);
      state.waiting_until = FakeClock().now();
      CHECK(terminal::render(state, columns).size() < columns);
    }
  }
}

TEST_CASE("unknown values are not displayed") {
  terminal::ProgressState state;
  state.step = {model::Step::Phase::packing};
  CHECK(terminal::render(state, 80) == "packing  0%  0 B of 0 B  -- B/s  ETA --");
}

TEST_CASE("a wait is shown with its end") {
  terminal::ProgressState state = sending();
  state.waiting_until = FakeClock().now() + 90s;
  CHECK(terminal::render(state, 80) == "waiting until 2024-01-15T10:01:30Z");
  CHECK(terminal::render(state, 30) == "waiting until 10:01:30Z");
}

TEST_CASE("progress is drawn at most ten times a second") {
  Screen screen;
  const auto line = screen.line();
  line->begin({model::Step::Phase::packing, 0, 0, 1000});
  for (std::uint64_t done = 0; done < 1000; ++done) {
    line->at(done, 1000);
    screen.clock.sleep_for(1ms);
  }
  CHECK(screen.writes.size() <= 10);
  CHECK(screen.writes.size() >= 7);
}

TEST_CASE("a wait is shown immediately") {
  Screen screen;
  const auto line = screen.line();
  line->begin({model::Step::Phase::sending, 1, 2, 100});
  line->wait_until(screen.clock.now() + 90s);
  CHECK(screen.writes.back() == "\rwaiting until 2024-01-15T10:01:30Z\x1b[K");
}

TEST_CASE("progress is erased at the end") {
  Screen screen;
  {
    const auto line = screen.line();
    line->begin({model::Step::Phase::packing, 0, 0, 10});
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
  line->begin({model::Step::Phase::sending, 1, 2, 100});
  screen.columns = 14;
  for (const std::uint64_t done : {40U, 50U}) {
    screen.clock.sleep_for(1s);
    line->at(done, 100);
  }
  CHECK(screen.writes.back() == "\r1/2 50% 0:05\x1b[K");
}

TEST_CASE("an update too soon after a redraw is drawn by the next tick") {
  Screen screen;
  const auto line = screen.line();
  line->begin({model::Step::Phase::packing});
  line->begin({model::Step::Phase::sending});
  line->at(700, 700);
  line->tick();
  CHECK(screen.writes.size() == 1);
  screen.clock.sleep_for(125ms);
  line->tick();
  CHECK(screen.writes.back() == "\rsending  100%  700 B of 700 B  -- B/s  ETA --\x1b[K");
  const std::size_t drawn = screen.writes.size();
  line->erase();  // a message comes
  screen.clock.sleep_for(5s);
  line->tick();
  CHECK(screen.writes.size() == drawn + 1);
}

TEST_CASE("filling the buffers does not count for the rate") {
  Screen screen;
  const auto line = screen.line();
  line->begin({model::Step::Phase::sending, 1, 1, 10'000});
  line->at(3000, 10'000);
  for (std::uint64_t done = 3000; done < 6000; done += 50) {
    screen.clock.sleep_for(100ms);
    line->at(done, 10'000);
  }
  CHECK(screen.writes.back().find("500 B/s  ETA 0:09") != std::string::npos);
  for (int second = 0; second < 20; ++second) {  // and then it stands still
    screen.clock.sleep_for(1s);
    line->tick();
  }
  CHECK(screen.writes.back().find("-- B/s  ETA --") != std::string::npos);
}

TEST_CASE("percentage, bytes and time left are those of all parts, and the rate goes on") {
  Screen screen;
  const auto line = screen.line();
  line->begin({model::Step::Phase::sending, 1, 3, 1000, 2000});
  for (std::uint64_t done = 100; done <= 1000; done += 100) {
    screen.clock.sleep_for(1s);
    line->at(done, 1000);
  }
  CHECK(screen.writes.back().find(" 33%  1000 B of 2.9 KiB  100 B/s  ETA 0:20") !=
        std::string::npos);
  line->begin({model::Step::Phase::sending, 2, 3, 1000, 1000, 1000});
  screen.clock.sleep_for(1s);
  line->at(100, 1000);
  CHECK(screen.writes.back().find(" 36%  1.1 KiB of 2.9 KiB  100 B/s  ETA 0:19") !=
        std::string::npos);
}

TEST_CASE("without a terminal there is a message every half a minute") {
  FakeClock clock;
  std::vector<std::string> said;
  terminal::ProgressMessages messages(clock,
                                      [&](const std::string& text) { said.push_back(text); });
  messages.begin({model::Step::Phase::sending, 2, 5, 0, 1024, 2048});
  for (int second = 0; second < 75; ++second) {
    messages.at(512, 1024);
    clock.sleep_for(1s);
  }
  CHECK(said == std::vector<std::string>(2, "sending part 2 of 5: 2.5 KiB of 4.0 KiB (62%)"));
}
