#include "sender/read_ahead.hpp"

#include <utility>

#include "common/error.hpp"

namespace healthmetric {
namespace {

/// Files begin in a block as long as it has that much room.
constexpr std::size_t kLeastReadBytes = std::size_t{16} * 1024;

/// Or until it has this many events: there may be any number of empty files.
constexpr std::size_t kBlockEvents = 256;

/// One for each thread, and one that waits for each.
constexpr int kBlocks = 6;

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

  [[nodiscard]] bool is_whole() const override { return end_.is_whole; }
  std::string sha256() override { return std::move(end_.sha256); }

 private:
  ReadAhead& ahead_;
  SourceFacts facts_;
  End end_;
  bool has_ended_ = false;
};

ReadAhead::ReadAhead(const FileList& files) {
  for (int i = 0; i < kBlocks; ++i) free_.push(std::make_unique<Block>());
  digester_ = std::thread([this] { digest_all(); });
  reader_ = std::thread([this, &files] { read_all(files); });
}

ReadAhead::~ReadAhead() {
  free_.close();
  reader_.join();
  digester_.join();
}

void ReadAhead::read_all(const FileList& files) {
  if (auto block = free_.pop()) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (!read_one(files, i, *block)) break;
    }
    if (*block) to_digest_.push(std::move(*block));
  }
  to_digest_.close();
}

/// False when nobody wants more.
bool ReadAhead::read_one(const FileList& files, std::size_t index, BlockPtr& block) {
  End end;
  block->events.emplace_back(Begin{index, {}});
  try {
    OpenSource source(files[index], {});
    std::get<Begin>(block->events.back()).facts = source.facts();
    std::size_t count = 1;
    while (count > 0) {
      if (!make_room(block)) return false;
      const std::size_t before = block->bytes.size();
      count = source.read(block->bytes.extend(kReadBytes - before));
      block->bytes.cut_to(before + count);
      if (count > 0) block->events.emplace_back(Bytes{count});
    }
    end.is_whole = source.is_whole();
  } catch (...) {
    end.failure = std::current_exception();
  }
  block->events.emplace_back(std::move(end));
  return true;
}

/// Passes the block on when it is nearly full; false when there is no other.
bool ReadAhead::make_room(BlockPtr& block) {
  if (block->bytes.size() + kLeastReadBytes <= kReadBytes && block->events.size() < kBlockEvents) {
    return true;
  }
  to_digest_.push(std::move(block));
  auto another = free_.pop();
  if (!another) return false;
  block = std::move(*another);
  return true;
}

void ReadAhead::digest_all() {
  Sha256 digest;
  while (auto block = to_digest_.pop()) {
    std::string_view bytes = (*block)->bytes.view();
    for (Event& event : (*block)->events) {
      if (const auto* some = std::get_if<Bytes>(&event)) {
        digest.update(bytes.substr(0, some->size));
        bytes.remove_prefix(some->size);
      } else if (auto* end = std::get_if<End>(&event)) {
        end->sha256 = digest.finish_hex();
      }
    }
    to_pack_.push(std::move(*block));
  }
  to_pack_.close();
}

/// Valid until the next call. Each file has a beginning and an end.
ReadAhead::Event* ReadAhead::next() {
  while (!current_ || next_event_ == current_->events.size()) {
    if (current_) {
      current_->bytes.clear();
      current_->events.clear();
      free_.push(std::move(current_));
    }
    auto block = to_pack_.pop();
    if (!block) throw Error(ErrorCode::internal, "a file was read ahead that is not asked for");
    current_ = std::move(*block);
    next_event_ = 0;
    taken_bytes_ = 0;
  }
  return &current_->events[next_event_++];
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
