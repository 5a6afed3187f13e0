#include "common/payload/entry_pipeline.hpp"

#include <system_error>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/payload/reader.hpp"

namespace healthmetric::payload {
namespace {

/// A block is passed on when it has that much; with what one run of base64 adds to it, it stays in
/// the second-level cache.
constexpr std::size_t kBlockBytes = std::size_t{128} * 1024;

/// Or this many events: a stranger's payload may have any number of empty files, with long names.
constexpr std::size_t kBlockEvents = 128;

/// Enough for neither thread to wait, and no more than the cache keeps.
constexpr std::size_t kBlocks = 5;

}  // namespace

EntryPipeline::EntryPipeline(PayloadSink& sink)
    : sink_(sink),
      pipeline_([this](BlockPtr& block) { digest(*block); },
                [this](BlockPtr& block) { deliver(*block); }) {}

void EntryPipeline::begin_content(RelativePath path, std::optional<std::uint64_t> size_bytes) {
  block_->events.emplace_back(Begin{std::move(path), size_bytes});
}

void EntryPipeline::pass_on_content() {
  const std::size_t size = block_->bytes.size() - std::exchange(taken_bytes_, block_->bytes.size());
  if (size > 0) block_->events.emplace_back(Content{size});
  if (block_->bytes.size() >= kBlockBytes) pass_on_block();
}

void EntryPipeline::end_entry(FileEntry entry, std::optional<std::string> declared_sha256) {
  block_->events.emplace_back(End{std::move(entry), std::move(declared_sha256)});
  if (block_->events.size() >= kBlockEvents) pass_on_block();
}

void EntryPipeline::pass_on_block() {
  pipeline_.start_helper();
  BlockPtr fresh = blocks_ < kBlocks ? std::make_unique<Block>() : nullptr;
  pipeline_.push(std::move(block_));
  taken_bytes_ = 0;
  if (fresh) {
    block_ = std::move(fresh);
    blocks_ += 1;
    return;
  }
  block_ = pipeline_.pop();
  if (block_->failure) std::rethrow_exception(block_->failure);
}

template <typename Use>
void EntryPipeline::for_each_event(Block& block, std::string& path, Use use) {
  std::size_t done = 0;
  try {
    std::string_view bytes = block.bytes.view();
    for (; done < block.events.size(); ++done) {
      Event& event = block.events[done];
      std::string_view content;
      if (const auto* begin = std::get_if<Begin>(&event)) path = begin->path.str();
      if (const auto* some = std::get_if<Content>(&event)) {
        content = bytes.substr(0, some->size_bytes);
        bytes.remove_prefix(some->size_bytes);
      }
      with_context([&] { return named_entry(path); }, [&] { use(event, content); });
    }
  } catch (...) {
    block.events.erase(block.events.begin() + static_cast<std::ptrdiff_t>(done),
                       block.events.end());
    block.failure = std::current_exception();
  }
}

void EntryPipeline::digest(Block& block) {
  for_each_event(block, digested_path_, [&](Event& event, std::string_view content) {
    sha256_.update(content);
    auto* end = std::get_if<End>(&event);
    if (end == nullptr) return;
    end->entry.sha256 = sha256_.finish_hex();
    if (end->declared_sha256 && *end->declared_sha256 != end->entry.sha256) {
      throw Error(ErrorCode::bad_payload, "its content does not match its SHA-256");
    }
  });
}

void EntryPipeline::deliver(Block& block) {
  if (!failure_) {
    for_each_event(block, delivered_path_, [&](Event& event, std::string_view content) {
      if (const auto* begin = std::get_if<Begin>(&event)) {
        sink_.begin_content(begin->path, begin->size_bytes);
      } else if (const auto* end = std::get_if<End>(&event)) {
        sink_.end_entry(end->entry);
      } else {
        sink_.content(content);
      }
    });
    failure_ = block.failure;
  }
  block.bytes.clear();
  block.events.clear();
  block.failure = failure_;
}

void EntryPipeline::finish(std::exception_ptr failure) {
  if (!block_) std::rethrow_exception(failure);  // the pipeline itself failed
  // It may be the one that was thrown to the caller: then that one is the first still.
  if (!block_->failure) block_->failure = std::move(failure);
  pipeline_.push(std::move(block_));
  for (; blocks_ > 0; --blocks_) {
    const BlockPtr block = pipeline_.pop();
    if (blocks_ == 1 && block->failure) std::rethrow_exception(block->failure);
  }
}

}  // namespace healthmetric::payload
