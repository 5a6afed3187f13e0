#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "common/payload/batch_id.hpp"
#include "sender/model/target.hpp"

namespace healthmetric::deliver {

/// Which batches of a target a run looks for: kMaxReceiptsAsked, from where the run before stopped.
/// Where it stops is kept in the state directory, unless it came to all of them.
class ReceiptTurn {
 public:
  ReceiptTurn(const std::filesystem::path& state_dir, const model::Target& target);

  /// The id of the batch that was the last one; "" to begin with the first.
  [[nodiscard]] const std::string& begins_behind() const { return begins_behind_; }

  void take(const payload::BatchId& id);

  enum class Ended { complete, cut_short };

  /// Keeps where the turn ends, also of one that a failure cut short: what fails each time must not
  /// keep the others from their turn.
  void end(Ended how) const;

 private:
  const std::filesystem::path& state_dir_;
  const model::Target& target_;
  std::string begins_behind_;
  std::string last_;
  std::size_t taken_ = 0;
};

}  // namespace healthmetric::deliver
