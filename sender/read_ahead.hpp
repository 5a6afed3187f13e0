#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "common/byte_buffer.hpp"
#include "sender/source_content.hpp"

namespace healthmetric {

/// Reads files some blocks ahead of who packs them, and digests them in a thread of its own
/// meanwhile: of a large batch, SHA-256 takes as long as reading, encoding and writing together.
///
/// Who has nothing else to do reads: the caller while it waits for a digest, the digester while
/// nothing waits to be digested. So large files keep both busy, and small ones, too, of which
/// opening takes longest.
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

  // Of whoever reads.
  [[nodiscard]] bool has_more() const { return source_ || next_file_ < files_.size(); }
  void fill(Block& block);
  bool read_some(Block& block);

  // These hold `lock` on the state, but not while they read.
  [[nodiscard]] bool can_read() const { return !is_reading_ && !is_all_read_ && !free_.empty(); }
  BlockPtr read_one(std::unique_lock<std::mutex>& lock);
  BlockPtr next_to_digest(std::unique_lock<std::mutex>& lock);
  BlockPtr next_digested(std::unique_lock<std::mutex>& lock);

  void work();

  Event* next();
  void next_block();
  std::string_view take(const Bytes& bytes);

  const FileList& files_;
  std::size_t next_file_ = 0;         ///< to be opened
  std::optional<OpenSource> source_;  ///< the file that is being read

  // Of the caller alone.
  BlockPtr current_;             ///< which it looks at
  std::size_t next_event_ = 0;   ///< in it
  std::size_t taken_bytes_ = 0;  ///< of its bytes

  std::mutex mutex_;  ///< of the state, which is all that follows
  std::condition_variable changed_;
  std::vector<BlockPtr> free_;
  std::deque<BlockPtr> read_;
  std::deque<BlockPtr> digested_;
  bool is_reading_ = false;  ///< somebody is, into a block that is in none of these
  bool is_all_read_ = false;
  bool has_ended_ = false;    ///< nothing more will be digested
  bool is_unwanted_ = false;  ///< nothing more is to be digested
  std::atomic<bool> is_digester_idle_ = false;

  std::thread digester_;
};

}  // namespace healthmetric
