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

/// The results of delivered batches, read from the repository: the receiver leaves a receipt for
/// each. The permission to read contents is enough, while listing workflow runs would need another.

namespace healthmetric::deliver {

/// For how many batches a run looks: usually there is one, from the run before. If there are more,
/// runs take turns, so that those that never get a receipt do not hide the others.
inline constexpr std::size_t kMaxReceiptsAsked = 20;

/// After this time a batch will not get a receipt any more: receivers keep them for 45 days.
inline constexpr std::chrono::days kLongestWaitForReceipt{30};

/// Warns that a batch was rejected and its files count as unsent.
void warn_of_rejection(const payload::BatchId& id, const archive::Receipt& receipt);

/// Looks for the receipts of batches delivered to one target: on an inbox branch, a small file in
/// the folder of the day on which the batch was processed; else, and if the inbox branch is also
/// the target branch and so has no receipts, the summary, at its path of this version or of version
/// 1.
class ReceiptFinder {
 public:
  ReceiptFinder(forge::Forge& forge, const model::Target& target)
      : forge_(forge), target_(target) {}

  /// The newest receipt of a batch; nullopt if the receiver has not written one yet. Throws what
  /// the forge throws, and Error{bad_payload} if the file is not a receipt.
  std::optional<archive::Receipt> find(const payload::BatchId& id);

 private:
  const std::vector<std::string>& days();
  std::optional<archive::Receipt> find_summary(const payload::BatchId& id);
  std::optional<archive::Receipt> read(const std::string& path);

  forge::Forge& forge_;
  const model::Target& target_;
  std::optional<std::vector<std::string>> days_;  ///< with receipts, newest first; requested once
};

/// Whether the receiver has stored the batch. False if it was rejected, even if only for parts that
/// were still missing. Throws what the forge throws, and Error{network} if the file is not a
/// receipt, because then the result is unknown.
bool is_stored(forge::Forge& forge, const model::Target& target, const payload::BatchId& id);

/// Waits up to `time` for the receipt; one that is not final is ignored. Asks at growing intervals,
/// and until the receiver writes something to the repository, with requests that do not count
/// against the server's limits. After a failure it asks again. Throws Error{timed_out} with what to
/// check, Error{unauthorized}, and Error{interrupted} or Error{terminated} on a signal.
archive::Receipt wait_for_receipt(forge::Forge& forge, const model::Target& target,
                                  platform::Clock& clock, model::Progress& progress,
                                  const payload::BatchId& id, std::chrono::seconds time);

}  // namespace healthmetric::deliver
