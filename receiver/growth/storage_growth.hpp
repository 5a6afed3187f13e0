#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/archive/summary_reader.hpp"
#include "receiver/growth/folder_sizes.hpp"
#include "receiver/growth/repeats.hpp"

/// How much is stored, since when, and how fast it grows; by the receiver's clock.

namespace healthmetric::growth {

/// What came under one name, or in one month.
struct Share {
  std::string name;
  std::uint64_t batches = 0;
  Amount stored;
  Amount repeated;  ///< of it, as far as it is known
};

/// Amounts by name, of which there may be kMaxNames; the rest goes together under no name.
class Shares {
 public:
  static constexpr std::size_t kMaxNames = 10'000;

  Share& operator[](const std::string& name);

  /// By name, the one without a name last.
  [[nodiscard]] std::vector<Share> by_name() const;
  /// The largest first.
  [[nodiscard]] std::vector<Share> by_size() const;

 private:
  std::map<std::string, Share> shares_;
};

/// How much comes a day, by what came in the last days.
struct Pace {
  std::uint32_t days = 0;  ///< so many were looked at
  double bytes_a_day = 0;
};

/// Takes the stored batches of a storage, in any order.
class StorageGrowth {
 public:
  /// What was processed after `at` does not count.
  explicit StorageGrowth(std::chrono::sys_seconds at) : at_(at) {}

  [[nodiscard]] bool takes(const archive::RecordedBatch& batch) const;

  /// A file of a batch that it takes.
  void add_file(const archive::RecordedBatch& batch, const archive::RecordedFile& file);
  /// A summary, of a stored batch that it takes or any other, below the storage folder.
  void add_summary(const std::string& path, const archive::RecordedBatch& batch);

  [[nodiscard]] std::uint64_t batches() const { return batches_; }
  [[nodiscard]] const Amount& stored() const { return stored_; }
  [[nodiscard]] const Repeats& repeats() const { return repeats_; }
  [[nodiscard]] const FolderSizes& folders() const { return folders_; }
  [[nodiscard]] std::vector<Share> months() const { return months_.by_name(); }
  [[nodiscard]] std::vector<Share> batch_names() const { return batch_names_.by_size(); }
  [[nodiscard]] std::vector<Share> producers() const { return producers_.by_size(); }

  /// Of the last `days` days, or of fewer if the first batch came later.
  [[nodiscard]] Pace pace(std::uint32_t days) const;

 private:
  static constexpr std::uint32_t kDaysKept = 90;

  std::chrono::sys_seconds at_;
  std::uint64_t batches_ = 0;
  Amount stored_;
  Repeats repeats_;
  FolderSizes folders_;
  Shares months_;
  Shares batch_names_;
  Shares producers_;
  std::optional<std::chrono::sys_seconds> first_;
  std::array<std::uint64_t, kDaysKept> bytes_of_day_{};  ///< by how many days ago it came
};

/// When a size is passed.
struct Passing {
  std::uint64_t bytes = 0;  ///< the size
  bool is_passed = false;
  std::optional<std::chrono::sys_seconds> time;  ///< nothing: passed, or not within a century
};

/// When `size` is passed by what has `bytes_now` at `now` and gets `bytes_a_day`.
Passing passing(std::uint64_t size, double bytes_now, double bytes_a_day,
                std::chrono::sys_seconds now);

}  // namespace healthmetric::growth
