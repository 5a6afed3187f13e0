#include "receiver/watch/rejected_batches.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace healthmetric::watch {
namespace {

bool is_newer(const RejectedBatch& a, const RejectedBatch& b) {
  return std::tie(a.processed_at, a.batch_id) > std::tie(b.processed_at, b.batch_id);
}

}  // namespace

void RejectedBatches::add(RejectedBatch batch) {
  ++count_;
  kept_.push_back(std::move(batch));
  std::push_heap(kept_.begin(), kept_.end(), is_newer);
  if (kept_.size() <= kMostKept) return;
  std::pop_heap(kept_.begin(), kept_.end(), is_newer);
  kept_.pop_back();
}

std::vector<RejectedBatch> RejectedBatches::newest() const {
  std::vector<RejectedBatch> sorted = kept_;
  std::sort(sorted.begin(), sorted.end(), is_newer);
  return sorted;
}

const RejectedBatch* RejectedBatches::find(const std::string& batch_id) const {
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const RejectedBatch& batch) {
    return batch.batch_id == batch_id;
  });
  return found == kept_.end() ? nullptr : &*found;
}

}  // namespace healthmetric::watch
