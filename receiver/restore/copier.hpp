#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

#include "common/archive/series.hpp"
#include "common/archive/storage_reader.hpp"
#include "common/base/error.hpp"
#include "common/base/ordered_workers.hpp"
#include "common/platform/file.hpp"
#include "receiver/restore/destination.hpp"

namespace healthmetric::restore {

/// The stored file could not be read, as opposed to the new one not be written.
class ReadFailed : public Error {
 public:
  explicit ReadFailed(const Error& why) : Error(why.code(), why.what()) {}
};

/// One file on its way back.
struct Copy {
  archive::RecordedFile file;
  const archive::SeriesBatch* batch = nullptr;
  const std::string* folder = nullptr;  ///< of the destination: "" or "a/b/"
  platform::FileTime modified;
  std::unique_ptr<Destination::NewFile> out;
  Destination::Replace replace = Destination::Replace::no;  ///< what is at its place by then

  bool is_whole = false;  ///< `out` has the size and the digest that are recorded, and its time
  std::error_code time_error;
};

/// Copies stored files, several at the same time, for digesting a file takes longer than writing
/// it. It holds 16 files, fewer if the process may open only some, and 256 KiB for each of at most
/// four threads.
///
/// It judges nothing that is stored: of a file that is odd in any way the copy does not become
/// whole, and who restores it reads it again in its turn, and tells what is wrong.
class Copier {
 public:
  explicit Copier(const archive::StorageReader& storage);

  [[nodiscard]] bool is_full() const { return copies_.size() == most_files_; }
  [[nodiscard]] bool is_empty() const { return copies_.size() == 0; }

  void push(Copy copy);

  /// The copy that was pushed first of those that are under way. Throws what writing it threw.
  Copy pop() { return copies_.pop(); }

  /// Whether the new file got exactly the bytes that are recorded. Throws ReadFailed, and what
  /// writing throws.
  static bool copy(platform::InputFile& stored, Destination::NewFile& out,
                   const archive::RecordedFile& file);

 private:
  struct Worker {
    archive::StorageReader storage;
    std::vector<char> block;
  };

  void work(Copy& copy, Worker& worker);

  std::size_t most_files_;
  std::vector<Worker> workers_;
  OrderedWorkers<Copy> copies_;
};

}  // namespace healthmetric::restore
