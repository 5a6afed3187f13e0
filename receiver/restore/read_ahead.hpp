#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/archive/storage_reader.hpp"
#include "common/archive/summary.hpp"
#include "common/base/pipeline.hpp"

namespace healthmetric::restore {

/// Reads stored files of up to kMostBytes some time before they are restored, and digests them.
/// Opening and digesting such files takes about as long as creating them, so both are done at the
/// same time: reading and digesting are the two stages of a Pipeline. It holds less than 8 MiB.
///
/// It judges nothing: of a file that is odd in any way it has no content, and who restores it opens
/// it again in its turn and tells what is wrong.
class ReadAhead {
 public:
  static constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20U;

  explicit ReadAhead(const archive::StorageReader& storage);

  enum class Read { yes, no };

  /// Whether as many files are under way as there may be.
  [[nodiscard]] bool is_full() const { return !filling_ && idle_.empty(); }

  void push(const archive::RecordedFile& file, Read read);

  /// Of the file that was pushed next. A content has the size and the digest that are recorded;
  /// it is valid until the next call.
  struct Content {
    bool is_whole = false;
    std::string_view bytes;
  };
  Content pop();

 private:
  struct File {
    std::string stored_path;
    std::string sha256;
    std::size_t offset = 0;  ///< of its bytes in those of the group
    std::size_t size = 0;
    bool is_wanted = false;
    bool is_whole = false;
  };

  /// Some files: passing on each by itself would take longer than reading it.
  struct Group {
    std::vector<File> files;
    std::size_t count = 0;  ///< of those that are in use
    std::size_t used_bytes = 0;
    std::vector<char> bytes;  ///< that many of them, and room for more

    [[nodiscard]] std::span<char> bytes_of(const File& file) {
      return std::span(bytes).subspan(file.offset, file.size);
    }
  };
  using GroupPtr = std::unique_ptr<Group>;

  void pass_on();
  void read(Group& group);
  static void digest(Group& group);

  archive::StorageReader storage_;  ///< used by one thread at a time
  std::vector<GroupPtr> idle_;
  GroupPtr filling_;           ///< which files are pushed to
  GroupPtr current_;           ///< which files are popped from
  std::size_t next_ = 0;       ///< of them
  std::size_t passed_on_ = 0;  ///< groups in the pipeline
  Pipeline<GroupPtr> pipeline_;
};

}  // namespace healthmetric::restore
