#include "sender/pack/read_ahead.hpp"

#include <utility>

#include "common/base/error.hpp"

namespace healthmetric::pack {
namespace {

/// Or until it has this many events: there may be any number of empty files.
constexpr std::size_t kBlockEvents = 256;

/// Enough for neither thread to wait, and no more than the cache keeps from reading to packing.
constexpr int kBlocks = 4;

/// A block of that much is worth to be handed over before it is full, to who has nothing to do.
constexpr std::size_t kWorthwhileBytes = kReadBytes / 4;

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

ReadAhead::ReadAhead(const select::FileList& files, EarlyBlocks early_blocks,
                     std::uint64_t max_file_bytes)
    : files_(files),
      early_blocks_(early_blocks),
      max_file_bytes_(max_file_bytes),
      pipeline_([this](BlockPtr& block) { fill(*block); },
                [this](BlockPtr& block) { digest(*block); }) {
  for (int i = 0; i < kBlocks; ++i) pipeline_.push(std::make_unique<Block>());
  pipeline_.start_helper();
}

/// Reads on until the block is nearly full, the last file has ended, or somebody waits for it.
/// Leaves it empty when there is nothing more.
void ReadAhead::fill(Block& block) {
  while (block.bytes.size() + kLeastReadBytes <= kReadBytes && block.events.size() < kBlockEvents) {
    if (!has_more()) return;
    const bool may_be_early =
        early_blocks_ == EarlyBlocks::yes && block.bytes.size() >= kWorthwhileBytes;
    if (may_be_early && pipeline_.has_idle_thread()) return;
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
    source_.emplace(files_[next_file_++], std::string_view(), max_file_bytes_);
    std::get<Begin>(block.events.back()).facts = source_->facts();
  }
  const std::size_t before = block.bytes.size();
  const std::size_t count = source_->read(block.bytes.extend(kReadBytes - before));
  block.bytes.cut_to(before + count);
  if (count > 0) block.events.emplace_back(Bytes{count});
  return count > 0;
}

void ReadAhead::digest(Block& block) {
  std::string_view bytes = block.bytes.view();
  for (Event& event : block.events) {
    if (const auto* some = std::get_if<Bytes>(&event)) {
      sha256_.update(bytes.substr(0, some->size));
      bytes.remove_prefix(some->size);
    } else if (auto* end = std::get_if<End>(&event)) {
      end->sha256 = sha256_.finish_hex();
    }
  }
}

/// Valid until the next call. Each file has a beginning and an end.
ReadAhead::Event* ReadAhead::next() {
  while (!current_ || next_event_ == current_->events.size()) next_block();
  return &current_->events[next_event_++];
}

void ReadAhead::next_block() {
  if (current_) {
    current_->bytes.clear();
    current_->events.clear();
    pipeline_.push(std::move(current_));
  }
  current_ = pipeline_.pop();
  if (current_->events.empty()) {
    throw Error(ErrorCode::internal, "a file was read ahead that is not asked for");
  }
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

}  // namespace healthmetric::pack
