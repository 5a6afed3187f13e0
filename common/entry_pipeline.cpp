#include "common/entry_pipeline.hpp"

#include <system_error>
#include <utility>

#include "common/error.hpp"
#include "common/payload_reader.hpp"
#include "common/printable.hpp"

namespace healthmetric {
namespace {

/// A block is passed on when it has that much; with what one run of base64 adds to it, it stays in
/// the second-level cache.
constexpr std::size_t kBlockBytes = std::size_t{128} * 1024;

/// Or this many events: a stranger's payload may have any number of empty files, with long names.
constexpr std::size_t kBlockEvents = 128;

/// What a thread may have before it is enough for none to wait, and no more than the cache keeps.
constexpr int kBlocks = 5;

/// Where a block has that many, files are small, and creating them takes longer than reading them.
constexpr std::size_t kManyEvents = 8;

}  // namespace

EntryPipeline::EntryPipeline(PayloadSink& sink) : sink_(sink) {}

EntryPipeline::~EntryPipeline() {
  stop_threads();
}

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
  if (digester_.joinable() || start_threads()) {
    to_digest_.push(std::move(block_));
  } else {
    digest(*block_);
    deliver(std::move(block_));
  }
  block_ = next_block();
  taken_bytes_ = 0;
  if (has_failed_) std::rethrow_exception(failure_);
}

/// False where the system has no thread to spare; without a deliverer the caller delivers.
bool EntryPipeline::start_threads() {
  try {
    digester_ = std::thread([this] { digest_all(); });
    for (int i = 1; i < kBlocks; ++i) free_.push(std::make_unique<Block>());
    if (block_->events.size() >= kManyEvents) deliverer_ = std::thread([this] { deliver_all(); });
  } catch (const std::system_error&) {
  }
  return digester_.joinable();
}

/// Without a deliverer this is the moment to deliver what is digested by now.
EntryPipeline::BlockPtr EntryPipeline::next_block() {
  if (!deliverer_.joinable()) {
    while (auto block = digested_.try_pop()) deliver(std::move(*block));
    if (auto block = free_.try_pop()) return std::move(*block);
    deliver(std::move(*digested_.pop()));
  }
  return std::move(*free_.pop());
}

void EntryPipeline::digest_all() {
  while (auto block = to_digest_.pop()) {
    digest(**block);
    digested_.push(std::move(*block));
  }
  digested_.close();
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

void EntryPipeline::deliver_all() {
  while (auto block = digested_.pop()) deliver(std::move(*block));
}

void EntryPipeline::deliver(BlockPtr block) {
  if (!has_failed_) {
    for_each_event(*block, delivered_path_, [&](Event& event, std::string_view content) {
      if (const auto* begin = std::get_if<Begin>(&event)) {
        sink_.begin_content(begin->path, begin->size_bytes);
      } else if (const auto* end = std::get_if<End>(&event)) {
        sink_.end_entry(end->entry);
      } else {
        sink_.content(content);
      }
    });
    failure_ = block->failure;
    has_failed_ = failure_ != nullptr;
  }
  block->bytes.clear();
  block->events.clear();
  block->failure = nullptr;
  free_.push(std::move(block));
}

void EntryPipeline::finish(std::exception_ptr failure) {
  block_->failure = std::move(failure);
  if (digester_.joinable()) {
    to_digest_.push(std::move(block_));
    to_digest_.close();
    if (!deliverer_.joinable()) deliver_all();
    stop_threads();
  } else {
    digest(*block_);
    deliver(std::move(block_));
  }
  if (failure_) std::rethrow_exception(failure_);
}

void EntryPipeline::stop_threads() {
  to_digest_.close();
  if (digester_.joinable()) digester_.join();
  if (deliverer_.joinable()) deliverer_.join();
}

}  // namespace healthmetric
