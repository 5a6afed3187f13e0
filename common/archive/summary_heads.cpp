#include "common/archive/summary_heads.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "common/base/pipeline.hpp"
#include "common/base/stream.hpp"

namespace healthmetric::archive {
namespace {

/// So many are not read ahead: who lists the newest twenty needs no more.
constexpr std::size_t kFirstSummaries = 32;

constexpr std::size_t kBlockSummaries = 64;

/// Enough for neither thread to wait.
constexpr std::size_t kBlocks = 4;

/// In which nearly every head ends. Others are read when it is their turn.
constexpr std::size_t kBeginningBytes = 4096;

/// Reading and parsing are two stages of a Pipeline. Neither reports anything: whatever is wrong
/// with a summary is found again by who reads it in its turn.
class HeadsAhead {
 public:
  HeadsAhead(StorageReader& storage, const HeadHandler& handler)
      : storage_(storage),
        handler_(handler),
        ahead_(storage.again()),
        pipeline_([this](BlockPtr& block) { read(*block); },
                  [](BlockPtr& block) { parse(*block); }) {}

  Next add(const payload::RelativePath& path, const payload::BatchId& id) {
    if (first_ < kFirstSummaries) {
      ++first_;
      Item item{path, id, 0, {}};
      return hand_over(item);
    }
    if (!block_) block_ = new_block();
    block_->items.push_back({path, id, 0, {}});
    return block_->items.size() < kBlockSummaries ? Next::go_on : pass_on();
  }

  /// Hands over the rest.
  void finish() {
    if (!block_) return;
    pipeline_.push(std::move(block_));
    Next next = Next::go_on;
    for (; blocks_ > 0 && next == Next::go_on; --blocks_) next = hand_over(*pipeline_.pop());
  }

 private:
  struct Item {
    payload::RelativePath path;
    payload::BatchId id;
    std::size_t read_bytes;  ///< of its beginning
    std::optional<RecordedBatch> head;
  };
  struct Block {
    std::vector<Item> items;
    std::vector<char> bytes = std::vector<char>(kBlockSummaries * kBeginningBytes);

    [[nodiscard]] std::span<char> beginning(std::size_t item) {
      return std::span(bytes).subspan(item * kBeginningBytes, kBeginningBytes);
    }
  };
  using BlockPtr = std::unique_ptr<Block>;

  void read(Block& block) {
    for (std::size_t i = 0; i < block.items.size(); ++i) {
      Item& item = block.items[i];
      try {
        auto file = ahead_.open(item.path);
        const bool is_wanted = file && file->first_state().size_bytes <= kMaxSummaryBytes;
        if (is_wanted) item.read_bytes = file->read(block.beginning(i));
      } catch (const Error&) {
        item.read_bytes = 0;
      }
    }
  }

  static void parse(Block& block) {
    for (std::size_t i = 0; i < block.items.size(); ++i) {
      Item& item = block.items[i];
      if (item.read_bytes == 0) continue;
      TextSource text({block.beginning(i).data(), item.read_bytes});
      try {
        item.head = read_summary(text, {});
      } catch (const Error&) {
        item.head.reset();
      }
    }
  }

  BlockPtr new_block() {
    ++blocks_;
    return std::make_unique<Block>();
  }

  Next pass_on() {
    pipeline_.start_helper();
    pipeline_.push(std::move(block_));
    if (blocks_ < kBlocks) {
      block_ = new_block();
      return Next::go_on;
    }
    block_ = pipeline_.pop();
    const Next next = hand_over(*block_);
    block_->items.clear();
    return next;
  }

  Next hand_over(Block& block) {
    for (Item& item : block.items) {
      if (hand_over(item) == Next::stop) return Next::stop;
    }
    return Next::go_on;
  }

  Next hand_over(Item& item) {
    return handler_.on_summary(item.path, item.id, [this, &item] {
      return item.head ? std::move(item.head) : read_summary(storage_, item.path, {});
    });
  }

  StorageReader& storage_;
  const HeadHandler& handler_;
  std::size_t first_ = 0;
  BlockPtr block_;  ///< the one being filled
  std::size_t blocks_ = 0;
  StorageReader ahead_;  ///< of the thread that reads
  Pipeline<BlockPtr> pipeline_;
};

}  // namespace

void for_each_head(StorageReader& storage, const Period& period, Order order,
                   const HeadHandler& handler) {
  HeadsAhead heads(storage, handler);
  Next next = Next::go_on;
  const auto add = [&](const payload::RelativePath& path, const payload::BatchId& id) {
    next = heads.add(path, id);
    return next;
  };
  for_each_summary(storage, period, order, {add, handler.on_obstacle});
  if (next == Next::go_on) heads.finish();
}

}  // namespace healthmetric::archive
