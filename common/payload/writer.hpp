#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/stream.hpp"
#include "common/codec/base64.hpp"
#include "common/codec/content_filter.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/encoding.hpp"
#include "common/platform/spool.hpp"

namespace healthmetric::payload {

/// Writes one payload (docs/payload-format.md) to a sink, front to back, in memory that does not
/// grow with the contents.
///
/// `files` come first and `batch_metadata` last, and in an entry the content before its size and
/// digest: so one pass over each source is enough. The caller digests, who may do so in another
/// thread. The short list in `batch_metadata.files` is kept until the end.
///
///   PayloadWriter writer(sink);
///   writer.begin_entry(path, type, modified, encoding);
///   writer.content(bytes);                 // any number of times
///   writer.end_entry(sha256, chunk);
///   writer.finish(metadata);
class PayloadWriter {
 public:
  /// Where the writer stands between two entries, to go back to.
  struct Mark {
    std::uint64_t written_bytes = 0;
    std::uint64_t listing_bytes = 0;
    std::uint64_t entries = 0;
    std::uint64_t content_bytes = 0;
  };

  /// What an entry turned out to be.
  struct Written {
    std::uint64_t size_bytes;     ///< of the contents
    std::uint64_t encoded_bytes;  ///< of the base64 text
  };

  explicit PayloadWriter(Sink& out);

  void begin_entry(const RelativePath& path, std::string_view content_type,
                   const std::optional<text::Moment>& modified, const Encoding& encoding);
  void content(std::string_view bytes);
  /// `sha256` is that of the entry's content.
  Written end_entry(std::string_view sha256, const std::optional<Chunk>& chunk);

  /// Writes the metadata; `total_files` and `total_size_bytes` are the writer's own counts.
  void finish(const BatchMetadata& metadata);

  [[nodiscard]] Mark mark() const { return mark_; }

  /// Forgets the entries since `mark`, also an unfinished one. The caller cuts its sink to
  /// `mark.written_bytes`.
  void rewind_to(const Mark& mark);

  /// How many bytes of content the open entry may still get before the payload, finished, would
  /// be larger than `limit_bytes`; 0 when it is full.
  [[nodiscard]] std::uint64_t room_for_content(std::uint64_t limit_bytes) const;

  /// How many bytes of entries in the lists of BatchMetadata finish() may get before the payload
  /// would be larger than `limit_bytes`, and how many one takes at most.
  [[nodiscard]] std::uint64_t room_for_lists(std::uint64_t limit_bytes) const;
  static std::uint64_t skipped_bytes(const SkippedFile& file);
  static std::uint64_t listed_bytes(const RelativePath& path);

  /// What a payload with one entry of that path takes beside its content, at most.
  static std::uint64_t fresh_part_bytes(const RelativePath& path);

 private:
  /// The content of an entry in base64, as far as it was not put yet.
  class Base64Text final : public Sink {
   public:
    void write(std::string_view bytes) override { encoder_.encode(bytes, text_); }
    void finish() { encoder_.finish(text_); }
    void clear() { text_.clear(); }
    [[nodiscard]] std::string_view view() const { return text_.view(); }

   private:
    base64::Encoder encoder_;
    ByteBuffer text_;
  };

  void put(std::string_view text);
  void put_content();

  Sink& out_;
  Mark mark_;
  platform::Spool listing_;  ///< `batch_metadata.files` so far
  const RelativePath* path_ = nullptr;
  std::string naming_;  ///< the members that its entry and its place in the listing share
  std::string line_;    ///< which is being made
  Encoding encoding_;
  std::uint64_t entry_bytes_ = 0;
  std::uint64_t encoded_bytes_ = 0;
  codec::FilterChain filters_{codec::FilterChain::Direction::encode};
  Base64Text base64_;
};

}  // namespace healthmetric::payload
