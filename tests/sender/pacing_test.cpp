#include "sender/pacing.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("ten writes go at once and then 80 a minute and 500 an hour") {
  struct Row {
    std::uint64_t writes;
    long long seconds;
  };
  for (const auto& [writes, seconds] :
       {Row{0, 0}, Row{1, 0}, Row{10, 0}, Row{11, 1}, Row{90, 60}, Row{250, 180}, Row{500, 368},
        Row{501, 3600}, Row{1001, 7200}, Row{1100, 7268}}) {
    INFO(writes);
    CHECK(least_duration(writes).count() == seconds);
  }
}
