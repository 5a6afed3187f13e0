#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace healthmetric {

/// Takes items through two stages, each of which sees one item at a time, in their order. Two
/// threads work: a helper, and the caller while it waits for an item. Neither is bound to a stage,
/// so whichever of the two takes longer, no core is idle for long. But the helper prefers the first
/// stage and the caller the second: large items pass from cache to cache once only (with both
/// preferring the second, a batch of large files took half as long again).
///
/// It has no bound of its own: what goes through are blocks, of which the caller makes a handful
/// and uses them again and again.
template <typename Item>
class Pipeline {
 public:
  using Stage = std::function<void(Item&)>;

  Pipeline(Stage first, Stage second) : stages_{std::move(first), std::move(second)} {}

  /// What is still under way is dropped.
  ~Pipeline() {
    {
      const std::lock_guard lock(mutex_);
      is_abandoned_ = true;
    }
    changed_.notify_all();
    if (helper_.joinable()) helper_.join();
  }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Before, and where the system has no thread to spare, the caller does all the work.
  void start_helper() {
    if (helper_.joinable()) return;
    try {
      helper_ = std::thread([this] { help(); });
    } catch (const std::system_error&) {
    }
  }

  void push(Item item) {
    const std::lock_guard lock(mutex_);
    queues_.front().push_back(std::move(item));
    changed_.notify_one();
  }

  /// The next item that has passed both stages, of those that were pushed. Throws what a stage
  /// threw, in whichever thread; then nothing more comes.
  Item pop() {
    std::unique_lock lock(mutex_);
    while (queues_.back().empty()) {
      if (failure_) std::rethrow_exception(failure_);
      if (work(lock, 1)) continue;
      wait(lock, [&] { return can_work() || !queues_.back().empty() || failure_; });
    }
    return take(queues_.back());
  }

  /// For a stage that may stop early: whether the other thread has nothing to do meanwhile.
  [[nodiscard]] bool has_idle_thread() const { return has_idle_thread_; }

 private:
  static constexpr std::size_t kStages = 2;

  static Item take(std::deque<Item>& queue) {
    Item item = std::move(queue.front());
    queue.pop_front();
    return item;
  }

  [[nodiscard]] bool is_due(std::size_t stage) const {
    return !is_busy_.at(stage) && !queues_.at(stage).empty();
  }
  [[nodiscard]] bool can_work() const { return is_due(0) || is_due(1); }

  /// Takes one item through one stage, the preferred one if it can, or says that there is none.
  bool work(std::unique_lock<std::mutex>& lock, std::size_t preferred) {
    const std::size_t stage = is_due(preferred) ? preferred : kStages - 1 - preferred;
    if (!is_due(stage)) return false;
    Item item = take(queues_.at(stage));
    is_busy_.at(stage) = true;
    lock.unlock();
    try {
      stages_.at(stage)(item);
      lock.lock();
      queues_.at(stage + 1).push_back(std::move(item));
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      if (!failure_) failure_ = std::current_exception();
    }
    is_busy_.at(stage) = false;
    changed_.notify_one();
    return true;
  }

  void help() {
    std::unique_lock lock(mutex_);
    while (!is_abandoned_ && !failure_) {
      if (!work(lock, 0)) wait(lock, [&] { return can_work() || is_abandoned_ || failure_; });
    }
  }

  template <typename Predicate>
  void wait(std::unique_lock<std::mutex>& lock, Predicate is_over) {
    has_idle_thread_ = true;
    changed_.wait(lock, is_over);
    has_idle_thread_ = false;
  }

  std::array<Stage, kStages> stages_;

  std::mutex mutex_;  ///< of all that follows
  std::condition_variable changed_;
  std::array<std::deque<Item>, kStages + 1> queues_;  ///< in front of each stage, and behind both
  std::array<bool, kStages> is_busy_{};
  std::exception_ptr failure_;  ///< of a stage, the first one
  bool is_abandoned_ = false;
  std::atomic<bool> has_idle_thread_ = false;

  std::thread helper_;
};

}  // namespace healthmetric
