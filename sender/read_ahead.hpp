#pragma once

#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "common/byte_buffer.hpp"
#include "common/channel.hpp"
#include "sender/source_content.hpp"

namespace healthmetric {

/// Reads files ahead of who packs them, in two threads: one opens and reads, one digests. Of a
/// large batch, reading, digesting, and encoding with writing take about a third of the time each;
/// of many small files, opening and closing alone take as much as packing them.
class ReadAhead {
 public:
  /// `files` outlives this, and each of them lies somewhere.
  explicit ReadAhead(const FileList& files);
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

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

  /// Some of the files: their contents one behind the other, and what happens in their order.
  struct Block {
    ByteBuffer bytes;
    std::vector<Event> events;
  };
  using BlockPtr = std::unique_ptr<Block>;

  class Content;

  void read_all(const FileList& files);
  bool read_one(const FileList& files, std::size_t index, BlockPtr& block);
  bool make_room(BlockPtr& block);
  void digest_all();

  Event* next();
  std::string_view take(const Bytes& bytes);

  Channel<BlockPtr> free_;
  Channel<BlockPtr> to_digest_;
  Channel<BlockPtr> to_pack_;
  BlockPtr current_;             ///< which the caller looks at
  std::size_t next_event_ = 0;   ///< in it
  std::size_t taken_bytes_ = 0;  ///< of its bytes
  std::thread reader_;
  std::thread digester_;
};

}  // namespace healthmetric
