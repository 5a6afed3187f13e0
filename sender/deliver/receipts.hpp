#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "common/archive/receipt.hpp"
#include "common/payload/batch_id.hpp"
#include "common/platform/clock.hpp"
#include "sender/forge/forge.hpp"
#include "sender/model/progress.hpp"
#include "sender/model/target.hpp"

/// What became of delivered batches, asked of the repository: the receiver leaves a receipt of
/// each. The permission to read contents is enough, while listing runs of the workflow needs
/// another.

namespace healthmetric::deliver {

/// How many batches a run asks for: usually there is one, of the run before.
inline constexpr std::size_t kMaxReceiptsAsked = 20;

/// A batch that has had no receipt for so long gets none any more: receivers keep them for 45 days.
inline constexpr std::chrono::days kLongestWaitForReceipt{30};

/// Warns that a batch was rejected and its files count as unsent.
void warn_of_rejection(const payload::BatchId& id, const archive::Receipt& receipt);

/// Looks for the receipts of batches that went to one target: on an inbox branch a small file of
/// its own among those of the day on which the batch was processed; else, and where an inbox branch
/// has no receipts because it holds the stored files as well, the summary, where receivers of this
/// version or of version 1 write it.
class ReceiptFinder {
 public:
  ReceiptFinder(forge::Forge& forge, const model::Target& target)
      : forge_(forge), target_(target) {}

  /// The receipt of a batch, its newest; nothing as long as the receiver has not written it. Throws
  /// what the forge throws, and Error{bad_payload} when what lies there is no receipt.
  std::optional<archive::Receipt> find(const payload::BatchId& id);

 private:
  const std::vector<std::string>& days();
  std::optional<archive::Receipt> find_summary(const payload::BatchId& id);
  std::optional<archive::Receipt> read(const std::string& path);

  forge::Forge& forge_;
  const model::Target& target_;
  std::optional<std::vector<std::string>> days_;  ///< with receipts, newest first; asked for once
};

/// Whether the receiver has stored the batch. One that was rejected it has not, and of one in
/// delivery it may have rejected the parts that came first. Throws what the forge throws, and
/// Error{network} when what lies there is no receipt, for then nobody knows.
bool is_stored(forge::Forge& forge, const model::Target& target, const payload::BatchId& id);

/// Waits for the receipt, at most for `time`; one that is not final is none yet. Asks at growing
/// intervals, and as long as the receiver writes nothing in the repository at all with requests
/// that the server does not count. Failures on the way are no outcome: it asks again. Throws
/// Error{timed_out} with what to check, Error{unauthorized}, and when a signal ends it.
archive::Receipt wait_for_receipt(forge::Forge& forge, const model::Target& target,
                                  platform::Clock& clock, model::Progress& progress,
                                  const payload::BatchId& id, std::chrono::seconds time);

}  // namespace healthmetric::deliver
