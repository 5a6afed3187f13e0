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

/// Reads files some blocks ahead of who packs them, and digests them: the two stages of a Pipeline,
/// for of a large batch, SHA-256 takes as long as reading, encoding and writing together.
class ReadAhead {
 public:
  /// Whether a block that is not full may be handed over to who has nothing to do. It is quicker,
  /// but then how large the pieces of a file are differs from run to run.
  enum class EarlyBlocks { yes, no };

  /// `files` outlives this, and each of them lies somewhere. `max_file_bytes` is for OpenSource.
  ReadAhead(const model::FileList& files, EarlyBlocks early_blocks, std::uint64_t max_file_bytes);

  /// The content of a file of the list, which must come behind the one asked for before; whatever
  /// lies between them is passed over. Use one content at a time; what could not be opened says so
  /// when it is read.
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

  /// Some of the files: their contents one after the other, and what happens in their order.
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

  // Of the reading thread.
  const model::FileList& files_;
  EarlyBlocks early_blocks_;
  std::uint64_t max_file_bytes_;
  std::size_t next_file_ = 0;         ///< to be opened
  std::optional<OpenSource> source_;  ///< the file that is being read

  // Of the digesting thread.
  codec::Sha256 sha256_;

  // Of the caller.
  BlockPtr current_;             ///< which it looks at
  std::size_t next_event_ = 0;   ///< in it
  std::size_t taken_bytes_ = 0;  ///< of its bytes

  Pipeline<BlockPtr> pipeline_;
};

}  // namespace healthmetric::pack
