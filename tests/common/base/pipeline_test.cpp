#include "common/base/pipeline.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace healthmetric;

namespace {

/// Sees the numbers that pass, and whether two ever came at a time.
class Gate {
 public:
  void pass(int number) {
    is_crowded_ = is_crowded_ || is_occupied_.exchange(true);
    numbers_.push_back(number);
    is_occupied_ = false;
  }

  [[nodiscard]] bool was_crowded() const { return is_crowded_; }
  [[nodiscard]] const std::vector<int>& numbers() const { return numbers_; }

 private:
  std::vector<int> numbers_;
  std::atomic<bool> is_occupied_ = false;
  std::atomic<bool> is_crowded_ = false;
};

}  // namespace

TEST_CASE("items pass both stages of a pipeline one by one, in order") {
  constexpr int kItems = 20'000;
  constexpr int kAtATime = 4;
  const bool has_helper = GENERATE(true, false);
  Gate first;
  Gate second;
  Pipeline<int> pipeline([&](int& item) { first.pass(item++); },
                         [&](int& item) { second.pass(item++); });
  if (has_helper) pipeline.start_helper();
  std::vector<int> in;
  std::vector<int> between;
  std::vector<int> out;
  std::vector<int> popped;
  for (int i = 0; i < kItems; ++i) {
    in.push_back(i * 10);
    between.push_back(i * 10 + 1);
    out.push_back(i * 10 + 2);
    pipeline.push(i * 10);
    if (i >= kAtATime) popped.push_back(pipeline.pop());
  }
  for (int i = 0; i < kAtATime; ++i) popped.push_back(pipeline.pop());
  CHECK(popped == out);
  CHECK(first.numbers() == in);
  CHECK(second.numbers() == between);
  CHECK_FALSE(first.was_crowded());
  CHECK_FALSE(second.was_crowded());
}

TEST_CASE("a pipeline may be destroyed with items in it") {
  Pipeline<std::string> pipeline([](std::string& item) { item += "1"; },
                                 [](std::string& item) { item += "2"; });
  pipeline.start_helper();
  for (int i = 0; i < 100; ++i) pipeline.push(std::to_string(i));
  CHECK(pipeline.pop() == "012");
}

TEST_CASE("an exception in the caller's thread reaches the caller") {
  Pipeline<int> pipeline([](int& /*item*/) { throw std::runtime_error("broken"); },
                         [](int& /*item*/) {});
  pipeline.push(1);
  CHECK_THROWS_AS(pipeline.pop(), std::runtime_error);
}

TEST_CASE("an exception in either thread reaches the caller") {
  const bool has_helper = GENERATE(true, false);
  const int failing_stage = GENERATE(1, 2);
  const auto stage = [&](int number) {
    return [=](int& item) {
      if (number == failing_stage && item == 7) throw std::runtime_error("seven");
    };
  };
  Pipeline<int> pipeline(stage(1), stage(2));
  if (has_helper) pipeline.start_helper();
  for (int i = 0; i < 20; ++i) pipeline.push(i);
  std::vector<int> popped;
  const auto pop_all = [&] {
    while (true) popped.push_back(pipeline.pop());
  };
  CHECK_THROWS_WITH(pop_all(), "seven");
  CHECK_THROWS_WITH(pipeline.pop(), "seven");
  CHECK(popped.size() <= 7);
  for (std::size_t i = 0; i < popped.size(); ++i) CHECK(popped[i] == static_cast<int>(i));
}
