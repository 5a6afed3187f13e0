#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/archive/storage_reader.hpp"
#include "common/archive/summary.hpp"
#include "common/base/error.hpp"
#include "common/platform/file.hpp"

namespace healthmetric::receiver {

/// The stored files, as the summaries list them. Problems with a summary or a file are logged as
/// errors and counted.
class StoredFiles {
 public:
  explicit StoredFiles(archive::StorageReader& storage) : storage_(storage) {}

  [[nodiscard]] archive::StorageReader& storage() const { return storage_; }

  /// Opens a stored file. nullopt, after reporting it, if it is missing, not a regular file, or of
  /// another size; its content is not checked.
  std::optional<platform::InputFile> open(const archive::RecordedFile& file,
                                          const std::string& batch_id);

  /// Reports that the content differs from the summary.
  void report_changed(const archive::RecordedFile& file, const std::string& batch_id,
                      const std::string& detail);

  /// Reports that the system cannot read the file: it may be intact.
  void report_unreadable(const archive::RecordedFile& file, const std::string& batch_id,
                         const Error& why);

  /// Reports any other problem, once: a summary may be read several times.
  void complain(const Error& why);

  /// Whether the storage holds no batch, stored or rejected, and no problem was reported.
  [[nodiscard]] bool is_nothing_stored() const;

  /// Says that there is no such `thing`, or that nothing is stored yet.
  void say_there_is_no(std::string_view thing) const;

  /// Called at the end: if files are missing in a sparse or partial clone, says which git command
  /// fetches them, once. `batches` is the number found.
  void suggest_checkout(std::uint64_t batches);

  [[nodiscard]] std::uint64_t faults() const { return faults_; }

 private:
  archive::StorageReader& storage_;
  std::uint64_t faults_ = 0;
  std::uint64_t missing_ = 0;
  bool is_checkout_suggested_ = false;
  std::set<std::string> told_;
};

/// "nothing is stored in '_storage' yet".
std::string nothing_stored_text(const std::string& storage);

/// Whether a sparse clone left out the summaries, so that nothing seems to be stored.
bool lacks_summaries(archive::StorageReader& storage);

/// If the storage is in a git repository, says which git command fetches files that are missing.
/// False if it is not.
bool suggest_checkout(const archive::StorageReader& storage);

}  // namespace healthmetric::receiver
