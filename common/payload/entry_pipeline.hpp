#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/byte_buffer.hpp"
#include "common/base/pipeline.hpp"
#include "common/codec/digest.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/relative_path.hpp"

namespace healthmetric::payload {

class PayloadSink;

/// Passes the entries of a payload from the reader to a sink, and digests them in between.
///
/// Of a large batch, SHA-256 takes as long as reading, decoding and writing together, and of many
/// small files creating them takes longest. So digesting and handing over to the sink are the two
/// stages of a Pipeline, with a helper from the second block on: the sink may be called from
/// another thread, but never from two at a time. A small batch starts none.
///
/// What goes wrong travels with the entries: what is thrown is what went wrong first in the order
/// of the payload, whoever found it, and the sink gets nothing from behind that point.
class EntryPipeline {
 public:
  explicit EntryPipeline(PayloadSink& sink);

  void begin_content(RelativePath path, std::optional<std::uint64_t> size_bytes);

  /// Bytes that are appended here, at most some hundred KiB at a time, belong to the content when
  /// pass_on_content() is called next. Either may throw what went wrong so far.
  ByteBuffer& content() { return block_->bytes; }
  void pass_on_content();

  /// The entry without its digest, which must be `declared_sha256` where that is given.
  void end_entry(FileEntry entry, std::optional<std::string> declared_sha256);

  /// Waits until the sink has everything; call once. `failure` is what stopped the caller.
  void finish(std::exception_ptr failure = nullptr);

 private:
  struct Begin {
    RelativePath path;
    std::optional<std::uint64_t> size_bytes;
  };
  struct Content {
    std::size_t size_bytes;
  };
  struct End {
    FileEntry entry;
    std::optional<std::string> declared_sha256;
  };
  using Event = std::variant<Begin, Content, End>;

  /// Some of the payload: its contents one after the other, and what happens in their order.
  struct Block {
    ByteBuffer bytes;
    std::vector<Event> events;
    std::exception_ptr failure;  ///< behind the last event; at the end the first of all
  };
  using BlockPtr = std::unique_ptr<Block>;

  /// Takes the events of a block one by one; remembers the entry for messages.
  template <typename Use>
  static void for_each_event(Block& block, std::string& path, Use use);

  void pass_on_block();
  void digest(Block& block);
  void deliver(Block& block);

  PayloadSink& sink_;
  BlockPtr block_ = std::make_unique<Block>();  ///< which the caller fills
  std::size_t taken_bytes_ = 0;                 ///< of its contents
  std::size_t blocks_ = 1;                      ///< that there are

  // Of the digesting thread.
  codec::Sha256 sha256_;
  std::string digested_path_;

  // Of the delivering thread.
  std::string delivered_path_;
  std::exception_ptr failure_;  ///< the first

  Pipeline<BlockPtr> pipeline_;
};

}  // namespace healthmetric::payload
