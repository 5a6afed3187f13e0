#pragma once

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
#include <vector>

namespace healthmetric {

/// Works on several items at the same time, each of them in one thread from beginning to end, and
/// gives them back in their order. The caller is one of the workers while it waits for an item.
/// (A Pipeline is for stages that must see the items in their order.)
template <typename Item>
class OrderedWorkers {
 public:
  /// `worker` is less than the number of workers; no two threads have the same at a time.
  using Work = std::function<void(Item& item, std::size_t worker)>;

  explicit OrderedWorkers(Work work) : work_(std::move(work)) {}

  /// Waits for the helpers, which finish the item they are at; what else is under way is dropped.
  ~OrderedWorkers() {
    {
      const std::lock_guard lock(mutex_);
      is_abandoned_ = true;
    }
    pushed_.notify_all();
    for (std::thread& helper : helpers_) helper.join();
  }
  OrderedWorkers(const OrderedWorkers&) = delete;
  OrderedWorkers& operator=(const OrderedWorkers&) = delete;

  /// Before, and as far as the system has no threads to spare, the caller does the work: worker 0.
  void start_helpers(std::size_t count) {
    try {
      while (helpers_.size() < count) {
        helpers_.emplace_back([this, worker = helpers_.size() + 1] { help(worker); });
      }
    } catch (const std::system_error&) {
    }
  }

  /// Wakes a helper once there is some work for it, for waking it takes longer than a small item.
  void push(Item item) {
    const std::lock_guard lock(mutex_);
    slots_.push_back({std::move(item)});
    if (slots_.size() - next_ >= kWorthWaking) pushed_.notify_one();
  }

  /// How many items were pushed and not popped.
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return slots_.size();
  }

  /// The item that was pushed first of those there are, when it is done. Throws what the work on it
  /// threw.
  Item pop() {
    std::unique_lock lock(mutex_);
    if (slots_.front().state != State::done) pushed_.notify_all();
    while (slots_.front().state != State::done) {
      if (!work(lock, 0)) done_.wait(lock);
    }
    Slot slot = std::move(slots_.front());
    slots_.pop_front();
    --next_;
    if (slot.failure) std::rethrow_exception(slot.failure);
    return std::move(slot.item);
  }

  /// For work that may stop early: whether nobody will ask for the item any more.
  [[nodiscard]] bool is_abandoned() const { return is_abandoned_; }

 private:
  static constexpr std::size_t kWorthWaking = 4;

  enum class State { waiting, begun, done };

  struct Slot {
    Item item;
    State state = State::waiting;
    std::exception_ptr failure;
  };

  /// Works on the next item, or says that there is none.
  bool work(std::unique_lock<std::mutex>& lock, std::size_t worker) {
    if (next_ == slots_.size()) return false;
    Slot& slot = slots_[next_++];  // stays where it is: a deque grows and shrinks at its ends
    slot.state = State::begun;
    lock.unlock();
    try {
      work_(slot.item, worker);
    } catch (...) {
      slot.failure = std::current_exception();
    }
    lock.lock();
    slot.state = State::done;
    return true;
  }

  void help(std::size_t worker) {
    std::unique_lock lock(mutex_);
    while (!is_abandoned_) {
      if (work(lock, worker)) {
        done_.notify_one();
      } else {
        pushed_.wait(lock);
      }
    }
  }

  Work work_;

  mutable std::mutex mutex_;  ///< of all that follows
  std::condition_variable pushed_;
  std::condition_variable done_;
  std::deque<Slot> slots_;
  std::size_t next_ = 0;  ///< of them, which is waiting
  std::atomic<bool> is_abandoned_ = false;

  std::vector<std::thread> helpers_;
};

}  // namespace healthmetric
