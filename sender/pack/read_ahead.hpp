#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/byte_buffer.hpp"
#include "common/base/pipeline.hpp"
#include "sender/pack/file_content.hpp"

namespace healthmetric::pack {

/// Reads files some blocks ahead of packing, and digests them: these are two stages of a Pipeline,
/// because SHA-256 of a large batch takes as long as reading, encoding and writing together.
class ReadAhead {
 public:
  /// Whether a block that is not full may be passed on if the next stage is idle. It is faster, but
  /// then the sizes of a file's blocks differ from run to run.
  enum class EarlyBlocks { yes, no };

  /// `files` must outlive this; none is in memory only. `max_file_bytes` is for OpenSource.
  ReadAhead(const select::FileList& files, EarlyBlocks early_blocks, std::uint64_t max_file_bytes);

  /// The content of a file of the list, which must come after the one opened before; files between
  /// them are skipped. Use one content at a time. If the file cannot be opened, reading the content
  /// throws.
  std::unique_ptr<SourceContent> open(std::size_t index);

 private:
  struct Begin {
    std::size_t index = 0;
    SourceFacts facts;
  };
  struct Bytes {
    std::size_t size = 0;
  };
  struct End {
    std::exception_ptr failure;  ///< what ended it early
    bool is_whole = false;
    std::string sha256;
  };
  using Event = std::variant<Begin, Bytes, End>;

  /// Part of the files: their contents one after the other, and the events in their order.
  struct Block {
    ByteBuffer bytes;
    std::vector<Event> events;
  };
  using BlockPtr = std::unique_ptr<Block>;

  class Content;

  [[nodiscard]] bool has_more() const { return source_ || next_file_ < files_.size(); }
  void fill(Block& block);
  bool read_some(Block& block);
  void digest(Block& block);

  Event* next();
  void next_block();
  std::string_view take(const Bytes& bytes);

  // Used by the reading thread.
  const select::FileList& files_;
  EarlyBlocks early_blocks_;
  std::uint64_t max_file_bytes_;
  std::size_t next_file_ = 0;         ///< to be opened
  std::optional<OpenSource> source_;  ///< the file that is being read

  // Used by the digesting thread.
  codec::Sha256 sha256_;

  // Used by the caller.
  BlockPtr current_;             ///< that is being read
  std::size_t next_event_ = 0;   ///< in it
  std::size_t taken_bytes_ = 0;  ///< of its bytes

  Pipeline<BlockPtr> pipeline_;
};

}  // namespace healthmetric::pack
