#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/archive/storage_reader.hpp"
#include "common/archive/summary.hpp"
#include "common/base/error.hpp"
#include "common/platform/file.hpp"

namespace healthmetric::receiver {

/// The files of a storage as their summaries have them. What is wrong with a summary or a file is
/// told as an error, and counted; the rest goes on.
class StoredFiles {
 public:
  explicit StoredFiles(archive::StorageReader& storage) : storage_(storage) {}

  [[nodiscard]] archive::StorageReader& storage() const { return storage_; }

  /// What is stored of a file. Nothing where that is missing, has another length, or is something
  /// else, which is told; the bytes may still differ.
  std::optional<platform::InputFile> open(const archive::RecordedFile& file,
                                          const std::string& batch_id);

  /// Tells that the bytes differ, or cannot be read.
  void tell_changed(const archive::RecordedFile& file, const std::string& batch_id,
                    const std::string& detail);

  /// Tells what is wrong otherwise.
  void complain(const Error& why);

  /// To be called at the end: tells what a clone without these files can do. `batches`: how many
  /// were found at all.
  void tell_what_helps(std::uint64_t batches);

  [[nodiscard]] std::uint64_t faults() const { return faults_; }

 private:
  archive::StorageReader& storage_;
  std::uint64_t faults_ = 0;
  std::uint64_t missing_ = 0;
};

}  // namespace healthmetric::receiver
