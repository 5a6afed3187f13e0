#include "common/program/status_line.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/fake_clock.hpp"

using namespace healthmetric;
using namespace std::chrono_literals;

TEST_CASE("without a terminal progress is printed every half a minute") {
  const Environment dumb("TERM", "dumb");
  FakeClock clock;
  int said = 0;
  program::StatusLine line(clock);
  const auto show = [&] {
    line.show([&] {
      ++said;
      return std::string("half way");
    });
  };
  show();
  clock.sleep_for(29s);
  show();
  CHECK(said == 0);
  clock.sleep_for(1s);
  show();
  show();
  CHECK(said == 1);
  clock.sleep_for(30s);
  show();
  CHECK(said == 2);
}
