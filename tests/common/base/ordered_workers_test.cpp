#include "common/base/ordered_workers.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("items come back in their order, however many workers there are") {
  constexpr int kItems = 20'000;
  const std::size_t at_a_time = GENERATE(1U, 3U, 16U);
  const std::size_t helpers = GENERATE(0U, 1U, 3U);
  OrderedWorkers<int> workers([](int& item, std::size_t /*worker*/) { item = 2 * item + 1; });
  workers.start_helpers(helpers);
  int popped = 0;
  for (int i = 0; i < kItems; ++i) {
    if (workers.size() == at_a_time) REQUIRE(workers.pop() == 2 * popped++ + 1);
    workers.push(i);
  }
  for (; workers.size() > 0; ++popped) REQUIRE(workers.pop() == 2 * popped + 1);
  CHECK(popped == kItems);
}

TEST_CASE("several items are worked on at the same time, each by a worker of its own") {
  constexpr std::size_t kWorkers = 3;
  std::mutex mutex;
  std::condition_variable changed;
  std::set<std::size_t> met;
  OrderedWorkers<int> workers([&](int& /*item*/, std::size_t worker) {
    std::unique_lock lock(mutex);
    met.insert(worker);
    changed.notify_all();
    changed.wait(lock, [&] { return met.size() == kWorkers; });  // or for ever
  });
  workers.start_helpers(kWorkers - 1);
  for (std::size_t i = 0; i < kWorkers; ++i) workers.push(0);
  for (std::size_t i = 0; i < kWorkers; ++i) workers.pop();
  CHECK(met == std::set<std::size_t>{0, 1, 2});
}

TEST_CASE("what the work on an item throws is thrown in its turn, and the others go on") {
  OrderedWorkers<int> workers([](int& item, std::size_t /*worker*/) {
    if (item == 1) throw std::runtime_error("one");
  });
  workers.start_helpers(GENERATE(0U, 1U));
  for (int i = 0; i < 3; ++i) workers.push(i);
  CHECK(workers.pop() == 0);
  CHECK_THROWS_WITH(workers.pop(), "one");
  CHECK(workers.pop() == 2);
}

TEST_CASE("workers may be destroyed with items under way, and the work hears of it") {
  std::atomic<bool> has_begun = false;
  std::atomic<bool> has_ended = false;
  {
    OrderedWorkers<std::unique_ptr<int>>* self = nullptr;
    OrderedWorkers<std::unique_ptr<int>> workers([&](auto& /*item*/, std::size_t /*worker*/) {
      has_begun = true;
      while (!self->is_abandoned()) std::this_thread::yield();
      has_ended = true;
    });
    self = &workers;
    workers.start_helpers(1);
    for (int i = 0; i < 8; ++i) workers.push(std::make_unique<int>(i));
    while (!has_begun) std::this_thread::yield();
  }
  CHECK(has_ended);
}
