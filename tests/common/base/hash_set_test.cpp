#include "common/base/hash_set.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("a hash is new once") {
  HashSet set;
  CHECK_FALSE(set.contains(7));
  CHECK(set.insert(7));
  CHECK_FALSE(set.insert(7));
  CHECK(set.contains(7));
  CHECK_FALSE(set.contains(8));
  CHECK(set.size() == 1);
}

TEST_CASE("a hash of all zeros is kept, too") {
  HashSet set;
  CHECK_FALSE(set.contains(0));
  CHECK(set.insert(0));
  CHECK(set.contains(0));
  CHECK_FALSE(set.insert(0));
}

TEST_CASE("a set grows and keeps its elements") {
  HashSet set;
  // Multiples of a power of two share their low bits; a table that took those would be a list.
  const std::uint64_t step =
      GENERATE(std::uint64_t{1}, std::uint64_t{1} << 20U, std::uint64_t{1} << 44U);
  constexpr std::uint64_t kCount = 50'000;
  for (std::uint64_t i = 1; i <= kCount; ++i) REQUIRE(set.insert(i * step));
  CHECK(set.size() == kCount);
  for (std::uint64_t i = 1; i <= kCount; ++i) REQUIRE(set.contains(i * step));
  CHECK_FALSE(set.contains((kCount + 1) * step));
}
