#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "common/batch.hpp"
#include "common/byte_buffer.hpp"
#include "common/channel.hpp"
#include "common/digest.hpp"
#include "common/relative_path.hpp"

namespace healthmetric {

class PayloadSink;

/// Carries the entries of a payload from who reads them to a sink, and digests them on the way.
///
/// Of a large batch, SHA-256 takes as long as reading, decoding and writing together. So it has a
/// thread of its own, which begins with the second block; what it has done goes to the sink while
/// it does the next. Of many small files, creating them takes longest: then the sink has a thread,
/// too, so it may be called from another one, but never from two at a time. A small batch starts
/// none.
///
/// What goes wrong travels with the entries: what is thrown is what went wrong first in the order
/// of the payload, whoever found it, and the sink gets nothing from behind that point.
class EntryPipeline {
 public:
  explicit EntryPipeline(PayloadSink& sink);
  ~EntryPipeline();
  EntryPipeline(const EntryPipeline&) = delete;
  EntryPipeline& operator=(const EntryPipeline&) = delete;

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

  /// Some of the payload: its contents one behind the other, and what happens in their order.
  struct Block {
    ByteBuffer bytes;
    std::vector<Event> events;
    std::exception_ptr failure;  ///< behind the last event
  };
  using BlockPtr = std::unique_ptr<Block>;

  /// Takes the events of a block one by one; remembers the entry for messages.
  template <typename Use>
  static void for_each_event(Block& block, std::string& path, Use use);

  void pass_on_block();
  BlockPtr next_block();
  bool start_threads();
  void stop_threads();
  void digest_all();
  void digest(Block& block);
  void deliver_all();
  void deliver(BlockPtr block);

  PayloadSink& sink_;
  BlockPtr block_ = std::make_unique<Block>();  ///< which the caller fills
  std::size_t taken_bytes_ = 0;                 ///< of its contents

  Sha256 sha256_;
  std::string digested_path_;
  std::string delivered_path_;

  Channel<BlockPtr> free_;
  Channel<BlockPtr> to_digest_;
  Channel<BlockPtr> digested_;
  std::thread digester_;
  std::thread deliverer_;       ///< for many small files
  std::exception_ptr failure_;  ///< the first; of who delivers until has_failed_ is set
  std::atomic<bool> has_failed_ = false;
};

}  // namespace healthmetric
