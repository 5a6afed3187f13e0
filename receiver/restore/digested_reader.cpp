#include "receiver/restore/digested_reader.hpp"

#include <utility>

namespace healthmetric::restore {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} * 1024;

/// Enough for neither thread to wait, and no more than the cache keeps.
constexpr std::size_t kBlocks = 4;

}  // namespace

DigestedReader::DigestedReader()
    : pipeline_([this](BlockPtr& block) { fill(*block); },
                [this](BlockPtr& block) { digest(*block); }) {
  for (std::size_t i = 0; i < kBlocks; ++i) idle_.push_back(std::make_unique<Block>());
}

void DigestedReader::fill(Block& block) {
  block.bytes.resize(kBlockBytes);
  block.size = 0;
  block.failure = nullptr;
  if (is_over_) return;
  try {
    block.size = file_->read(block.bytes);
  } catch (const Error&) {
    block.failure = std::current_exception();
  }
  is_over_ = block.size == 0;
}

void DigestedReader::digest(Block& block) {
  sha256_.update({block.bytes.data(), block.size});
}

/// False at the end of the file, too.
bool DigestedReader::hand_over(const Block& block, const Use& use) {
  if (block.failure) {
    try {
      std::rethrow_exception(block.failure);
    } catch (const Error& error) {
      throw ReadFailed(error);
    }
  }
  return block.size > 0 && use({block.bytes.data(), block.size});
}

std::string DigestedReader::read(platform::InputFile& file, const Use& use) {
  file_ = &file;
  is_over_ = false;
  sha256_ = {};
  if (file.first_state().size_bytes <= kBlockBytes) {
    read_small(use);
  } else {
    read_large(use);
  }
  return sha256_.finish_hex();
}

void DigestedReader::read_small(const Use& use) {
  Block& block = *idle_.front();
  do {
    fill(block);
    digest(block);
  } while (hand_over(block, use));
}

void DigestedReader::read_large(const Use& use) {
  pipeline_.start_helper();
  for (BlockPtr& block : std::exchange(idle_, {})) pipeline_.push(std::move(block));
  try {
    while (true) {
      idle_.push_back(pipeline_.pop());
      if (!hand_over(*idle_.back(), use)) break;
      pipeline_.push(std::move(idle_.back()));
      idle_.pop_back();
    }
  } catch (...) {
    take_back();
    throw;
  }
  take_back();
}

void DigestedReader::take_back() {
  while (idle_.size() < kBlocks) idle_.push_back(pipeline_.pop());
}

}  // namespace healthmetric::restore
