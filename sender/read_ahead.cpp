#include "sender/read_ahead.hpp"

#include <utility>

#include "common/error.hpp"

namespace healthmetric {
namespace {

/// Files begin in a block as long as it has that much room.
constexpr std::size_t kLeastReadBytes = std::size_t{16} * 1024;

/// Or until it has this many events: there may be any number of empty files.
constexpr std::size_t kBlockEvents = 256;

/// Enough for neither thread to wait, and no more than the cache keeps from reading to packing.
constexpr int kBlocks = 4;

template <typename Item>
Item pop_front(std::deque<Item>& items) {
  Item item = std::move(items.front());
  items.pop_front();
  return item;
}

}  // namespace

/// The content of the file whose beginning was the last event taken.
class ReadAhead::Content final : public SourceContent {
 public:
  Content(ReadAhead& ahead, const SourceFacts& facts) : ahead_(ahead), facts_(facts) {}

  [[nodiscard]] SourceFacts facts() const override { return facts_; }

  std::string_view read() override {
    if (has_ended_) return {};
    Event* const event = ahead_.next();
    if (auto* const bytes = std::get_if<Bytes>(event)) return ahead_.take(*bytes);
    has_ended_ = true;
    end_ = std::move(std::get<End>(*event));
    if (end_.failure) std::rethrow_exception(end_.failure);
    return {};
  }

  [[nodiscard]] bool has_failed() const override { return end_.failure != nullptr; }
  [[nodiscard]] bool is_whole() const override { return end_.is_whole; }
  std::string sha256() override { return std::move(end_.sha256); }

 private:
  ReadAhead& ahead_;
  SourceFacts facts_;
  End end_;
  bool has_ended_ = false;
};

ReadAhead::ReadAhead(const FileList& files) : files_(files) {
  for (int i = 0; i < kBlocks; ++i) free_.push_back(std::make_unique<Block>());
  digester_ = std::thread([this] { work(); });
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    is_unwanted_ = true;
  }
  changed_.notify_all();
  digester_.join();
}

/// Reads on until the block is nearly full, the last file has ended, or the digester waits for it.
void ReadAhead::fill(Block& block) {
  while (block.bytes.size() + kLeastReadBytes <= kReadBytes && block.events.size() < kBlockEvents) {
    if (!has_more() || (is_digester_idle_ && block.bytes.size() >= kReadBytes / 2)) return;
    const std::size_t before = block.bytes.size();
    End end;
    try {
      if (read_some(block)) continue;
      end.is_whole = source_->is_whole();
    } catch (const Error&) {
      block.bytes.cut_to(before);
      end.failure = std::current_exception();
    }
    source_.reset();
    block.events.emplace_back(std::move(end));
  }
}

/// Opens the next file unless one is open, and reads; false at its end.
bool ReadAhead::read_some(Block& block) {
  if (!source_) {
    block.events.emplace_back(Begin{next_file_, {}});
    source_.emplace(files_[next_file_++], std::string_view());
    std::get<Begin>(block.events.back()).facts = source_->facts();
  }
  const std::size_t before = block.bytes.size();
  const std::size_t count = source_->read(block.bytes.extend(kReadBytes - before));
  block.bytes.cut_to(before + count);
  if (count > 0) block.events.emplace_back(Bytes{count});
  return count > 0;
}

/// For who finds that can_read(). Others see the state once the lock is let go.
ReadAhead::BlockPtr ReadAhead::read_one(std::unique_lock<std::mutex>& lock) {
  BlockPtr block = std::move(free_.back());
  free_.pop_back();
  is_reading_ = true;
  lock.unlock();
  fill(*block);
  const bool is_all_read = !has_more();
  lock.lock();
  is_reading_ = false;
  is_all_read_ = is_all_read;
  changed_.notify_all();
  return block;
}

/// Nothing at the end, and when nobody wants more.
ReadAhead::BlockPtr ReadAhead::next_to_digest(std::unique_lock<std::mutex>& lock) {
  is_digester_idle_ = true;
  changed_.wait(lock, [&] {
    return is_unwanted_ || !read_.empty() || can_read() || (is_all_read_ && !is_reading_);
  });
  is_digester_idle_ = false;
  if (is_unwanted_) return nullptr;
  if (read_.empty()) return can_read() ? read_one(lock) : nullptr;
  return pop_front(read_);
}

/// Nothing at the end.
ReadAhead::BlockPtr ReadAhead::next_digested(std::unique_lock<std::mutex>& lock) {
  for (;;) {
    changed_.wait(lock, [&] { return !digested_.empty() || can_read() || has_ended_; });
    if (!digested_.empty()) return pop_front(digested_);
    if (!can_read()) return nullptr;
    read_.push_back(read_one(lock));
  }
}

void ReadAhead::work() {
  Sha256 digest;
  std::unique_lock lock(mutex_);
  while (BlockPtr block = next_to_digest(lock)) {
    lock.unlock();
    std::string_view bytes = block->bytes.view();
    for (Event& event : block->events) {
      if (const auto* some = std::get_if<Bytes>(&event)) {
        digest.update(bytes.substr(0, some->size));
        bytes.remove_prefix(some->size);
      } else if (auto* end = std::get_if<End>(&event)) {
        end->sha256 = digest.finish_hex();
      }
    }
    lock.lock();
    digested_.push_back(std::move(block));
    changed_.notify_all();
  }
  has_ended_ = true;
  changed_.notify_all();
}

/// Valid until the next call. Each file has a beginning and an end.
ReadAhead::Event* ReadAhead::next() {
  while (!current_ || next_event_ == current_->events.size()) next_block();
  return &current_->events[next_event_++];
}

void ReadAhead::next_block() {
  std::unique_lock lock(mutex_);
  if (current_) {
    current_->bytes.clear();
    current_->events.clear();
    free_.push_back(std::move(current_));
  }
  current_ = next_digested(lock);
  if (!current_) throw Error(ErrorCode::internal, "a file was read ahead that is not asked for");
  next_event_ = 0;
  taken_bytes_ = 0;
}

std::string_view ReadAhead::take(const Bytes& bytes) {
  return current_->bytes.view().substr(std::exchange(taken_bytes_, taken_bytes_ + bytes.size),
                                       bytes.size);
}

std::unique_ptr<SourceContent> ReadAhead::open(std::size_t index) {
  const Begin* begin = nullptr;
  while (begin == nullptr || begin->index != index) {
    Event* const event = next();
    begin = std::get_if<Begin>(event);
    if (const auto* passed_over = std::get_if<Bytes>(event)) take(*passed_over);
  }
  return std::make_unique<Content>(*this, begin->facts);
}

}  // namespace healthmetric
