#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "common/archive/summary_index.hpp"
#include "common/archive/summary_reader.hpp"
#include "common/program/option.hpp"
#include "receiver/commands/stored_files.hpp"

namespace healthmetric::receiver {

/// Which batches a command is about.
struct BatchFilter {
  std::vector<std::string> producers;  ///< any of them; none: all
  std::vector<std::string> names;
  archive::Period period;  ///< of the times they were packed at
  std::optional<archive::BatchStatus> status;

  [[nodiscard]] bool takes(const archive::RecordedBatch& batch) const;
  [[nodiscard]] bool has_producer(const std::string& producer) const;

  /// Throws Error{usage}: nothing in the storage has such a producer or name.
  [[noreturn]] void refuse(const StoredFiles& stored) const;
};

/// --producer and --batch.
class BatchNameOptions final : public program::OptionGroup {
 public:
  BatchNameOptions();
  [[nodiscard]] BatchFilter filter() const;

 private:
  std::vector<std::string> producers_;
  std::vector<std::string> names_;
};

/// --since, --until and --status.
class BatchFilterOptions final : public program::OptionGroup {
 public:
  BatchFilterOptions();

  /// Takes what `names` takes, and less. Throws Error{usage} where nothing can lie between --since
  /// and --until.
  [[nodiscard]] BatchFilter filter(const BatchNameOptions& names,
                                   std::chrono::sys_seconds now) const;

 private:
  std::string since_;
  std::string until_;
  std::string status_;
};

}  // namespace healthmetric::receiver
