#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace healthmetric::watch {

/// A batch that was rejected, or a payload whose batch is not known.
struct RejectedBatch {
  std::string batch_id;  ///< empty: not known
  std::string producer;  ///< likewise
  std::string reason;
  std::optional<std::chrono::sys_seconds> processed_at;
};

/// Rejected batches, of which the newest are kept: memory does not grow with their number.
class RejectedBatches {
 public:
  static constexpr std::size_t kMostKept = 200;

  void add(RejectedBatch batch);

  /// How many were added.
  [[nodiscard]] std::uint64_t count() const { return count_; }

  /// The newest first.
  [[nodiscard]] std::vector<RejectedBatch> newest() const;

  /// The one of that id, if it is among the newest; else null.
  [[nodiscard]] const RejectedBatch* find(const std::string& batch_id) const;

 private:
  std::vector<RejectedBatch> kept_;  ///< a heap with the oldest in front
  std::uint64_t count_ = 0;
};

}  // namespace healthmetric::watch
