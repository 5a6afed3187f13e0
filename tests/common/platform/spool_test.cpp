#include "common/platform/spool.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/memory_streams.hpp"

using namespace healthmetric;

namespace {

std::string copy_of(platform::Spool& spool) {
  TextSink sink;
  spool.copy_to(sink);
  return sink.text;
}

/// Lines that differ, about as long as one of a listing.
std::string line(int number) {
  return std::to_string(number) + std::string(100, 'x') + "\n";
}

}  // namespace

TEST_CASE("a spool returns what was written, also beyond its memory limit") {
  const int lines = GENERATE(0, 1, 50'000);
  platform::Spool spool;
  std::string all;
  for (int i = 0; i < lines; ++i) {
    spool.append(line(i));
    all += line(i);
  }
  CHECK(spool.size() == all.size());
  CHECK(copy_of(spool) == all);
  CHECK(copy_of(spool) == all);
}

TEST_CASE("a spool can be truncated, in memory and on disk, and continued") {
  std::string all;
  for (int i = 0; i < 50'000; ++i) all += line(i);
  platform::Spool spool;
  for (const std::size_t size :
       {all.size(), all.size() - 10, all.size() / 2, std::size_t{7}, std::size_t{0}}) {
    for (std::size_t at = spool.size(); at < all.size(); at += 1000) {
      spool.append(std::string_view(all).substr(at, 1000));
    }
    spool.cut_to(size);
    REQUIRE(spool.size() == size);
    REQUIRE(copy_of(spool) == all.substr(0, size));
  }
}
